using AgentMesh.A2A.Mesh;
using AgentMesh.Agents.Advisor;
using AgentMesh.Mcp;
using AgentMesh.ServiceDefaults;

return await Agent.RunAsync(() =>
{
    var builder = WebApplication.CreateBuilder(args);
    builder.AddAgent();
    builder.Services.AddTransient<PortfolioTools>();
    builder.Services.AddTransient<OrderTools>();
    builder.Services.AddSingleton<Conversations>();
    builder.AddSkillClient<MarketDataClient>("read-prices", "market.read");
    builder.AddSkillClient<RiskAnalystClient>("score-portfolio", "risk.score");
    builder.AddSkillClient<DraftClient>("draft-order", "trade.propose");
    builder.AddSkillClient<ProposalClient>("propose-order", "trade.propose");
    builder.AddSkillClient<OrderClient>("place-order", "trade.execute");
    builder.AddSkillClient<AccountClient>("read-account", "account.read");
    builder.AddSkill<Advise>();
    // Asking a person and placing belong to one question: what was approved is remembered no longer than that.
    builder.AddMcpTools<PortfolioTools>();
    builder.AddMcpTools<OrderTools>("get_account", "propose_order");

    var app = builder.Build();
    app.UseAgent();
    return app;
});
