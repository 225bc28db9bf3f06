using AgentMesh.A2A.Mesh;
using AgentMesh.Agents.RiskAnalyst;
using AgentMesh.ServiceDefaults;

return await Agent.RunAsync(() =>
{
    var builder = WebApplication.CreateBuilder(args);
    builder.AddAgent();
    RiskOptions.Add(builder.Services);
    builder.Services.AddTransient<PortfolioScorer>();
    builder.AddSkill<ScorePortfolio>();
    builder.AddSkillClient<MarketDataClient>("read-prices", "market.read");

    var app = builder.Build();
    app.UseAgent();
    return app;
});
