using AgentMesh.A2A;
using AgentMesh.A2A.Mesh;

namespace AgentMesh.Agents.RiskAnalyst;

/// <summary>The agent's skill.</summary>
[Skill("score-portfolio", "risk.score",
    Name = "Score a portfolio",
    Description = "Computes how risky a portfolio is: annual return and volatility, Sharpe ratio, value at risk, maximum drawdown and each holding's part. Takes {\"holdings\":[{\"symbol\",\"weight\"}]}, weights adding up to 1.",
    Tags = ["risk", "portfolio"],
    Examples = ["""{"holdings":[{"symbol":"MSFT","weight":0.6},{"symbol":"IBM","weight":0.4}]}"""])]
internal sealed class ScorePortfolio(PortfolioScorer scorer) : SkillHandler<ScoreRequest, RiskScore>
{
    protected override async Task<RiskScore> RunAsync(ScoreRequest request, AgentTaskContext task, CancellationToken cancellationToken)
    {
        await task.ProgressAsync(0.1, $"reading the prices of {request.Holdings?.Count ?? 0} holdings");
        try
        {
            return await scorer.ScoreAsync(request.Holdings, cancellationToken);
        }
        catch (ScoreException e)
        {
            throw SkillException.BadRequest(e.Message);
        }
    }
}
