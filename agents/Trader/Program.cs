using AgentMesh.A2A.Mesh;
using AgentMesh.Agents.Trader;
using AgentMesh.Agents.Trader.Ledger;
using AgentMesh.Agents.Trader.Placing;
using AgentMesh.Agents.Trader.Skills;
using AgentMesh.Auth;
using AgentMesh.Manifest;
using AgentMesh.ServiceDefaults;

return await Agent.RunAsync(() =>
{
    var builder = WebApplication.CreateBuilder(args);
    builder.AddAgent();
    builder.Services.AddTransient<OrderDesk>();
    builder.Services.AddSingleton(s => LedgerFile.Open(builder.Configuration, s.GetRequiredService<MeshManifest>(), s.GetRequiredService<MeshIdentity>().Party.Name));
    builder.Services.AddSingleton<PaperLedger>();
    builder.Services.AddSingleton<TradeAudit>();
    builder.Services.AddTransient<OrderProposer>();
    builder.Services.AddTransient<OrderExecution>();
    builder.AddSkillClient<RiskAnalystClient>("score-portfolio", "risk.score");
    builder.AddSkill<DraftOrders>();
    builder.AddSkill<ProposeOrders>();
    builder.AddSkill<PlaceOrders>();
    builder.AddSkill<ReadAccounts>();
    builder.AddSkillClient<MarketDataClient>("read-prices", "market.read");

    var app = builder.Build();
    OpeningAccounts.Open(app.Services.GetRequiredService<PaperLedger>(), app.Configuration, app.Environment.ContentRootPath);
    app.UseAgent();
    return app;
});
