using Microsoft.AspNetCore.Http.HttpResults;

namespace AgentMesh.Agents.RiskAnalyst;

internal static class ScoreEndpoint
{
    public static IServiceCollection AddPortfolioScorer(this IServiceCollection services)
    {
        RiskOptions.Add(services);
        return services.AddTransient<PortfolioScorer>();
    }

    public static async Task<Results<Ok<RiskScore>, ProblemHttpResult>> Score(ScoreRequest request, PortfolioScorer scorer, CancellationToken cancellationToken)
    {
        try
        {
            return TypedResults.Ok(await scorer.ScoreAsync(request.Holdings, cancellationToken));
        }
        catch (ScoreException e)
        {
            return TypedResults.Problem(e.Message, statusCode: StatusCodes.Status400BadRequest, title: "The portfolio cannot be scored");
        }
    }
}
