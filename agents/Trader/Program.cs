using AgentMesh.Agents.Trader;
using AgentMesh.Auth;
using AgentMesh.Auth.AspNetCore;
using AgentMesh.ServiceDefaults;

return await Agent.RunAsync(() =>
{
    var builder = WebApplication.CreateBuilder(args);
    builder.AddAgent();
    builder.Services.AddTransient<OrderDesk>();
    builder.Services.AddHttpClient<RiskAnalystClient>(http => http.BaseAddress = new("https://risk-analyst"))
        .AddAgentAuth("risk-analyst", "risk.score");
    builder.Services.AddHttpClient<MarketDataClient>(http => http.BaseAddress = new("https://market-data"))
        .AddAgentAuth("market-data", "market.read");

    var app = builder.Build();
    app.UseAgent();
    app.MapPost("/orders/draft", OrderEndpoints.Draft).RequireScope("trade.propose");
    app.MapPost("/orders/execute", OrderEndpoints.Execute).RequireScope("trade.execute");
    return app;
});
