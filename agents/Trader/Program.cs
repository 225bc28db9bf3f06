using AgentMesh.Agents.Trader;
using AgentMesh.Agents.Trader.Ledger;
using AgentMesh.Agents.Trader.Placing;
using AgentMesh.Auth;
using AgentMesh.Auth.AspNetCore;
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
    builder.Services.AddHttpClient<RiskAnalystClient>(http => http.BaseAddress = new("https://risk-analyst"))
        .AddAgentAuth("risk-analyst", "risk.score");
    builder.Services.AddHttpClient<MarketDataClient>(http => http.BaseAddress = new("https://market-data"))
        .AddAgentAuth("market-data", "market.read");

    var app = builder.Build();
    OpeningAccounts.Open(app.Services.GetRequiredService<PaperLedger>(), app.Configuration, app.Environment.ContentRootPath);
    app.UseAgent();
    app.MapPost("/orders/draft", OrderEndpoints.Draft).RequireScope("trade.propose");
    app.MapPost("/orders/propose", OrderEndpoints.Propose).RequireScope("trade.propose");
    app.MapPost("/orders/execute", OrderEndpoints.Execute).RequireScope("trade.execute");
    app.MapGet("/accounts/{id}", OrderEndpoints.Account).RequireScope("account.read");
    return app;
});
