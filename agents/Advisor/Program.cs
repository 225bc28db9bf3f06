using AgentMesh.Agents.Advisor;
using AgentMesh.Auth;
using AgentMesh.Auth.AspNetCore;
using AgentMesh.ServiceDefaults;

return await Agent.RunAsync(() =>
{
    var builder = WebApplication.CreateBuilder(args);
    builder.AddAgent();
    builder.Services.AddTransient<PortfolioTools>();
    builder.Services.AddTransient<OrderTools>();
    builder.Services.AddHttpClient<RiskAnalystClient>(http => http.BaseAddress = new("https://risk-analyst"))
        .AddAgentAuth("risk-analyst", "risk.score");
    builder.Services.AddHttpClient<MarketDataClient>(http => http.BaseAddress = new("https://market-data"))
        .AddAgentAuth("market-data", "market.read");
    builder.Services.AddHttpClient<TraderClient>(http => http.BaseAddress = new("https://trader"))
        .AddAgentAuth("trader", "trade.propose");
    builder.Services.AddHttpClient<OrderClient>(http => http.BaseAddress = new("https://trader"))
        .AddAgentAuth("trader", "trade.execute");
    builder.Services.AddHttpClient<AccountClient>(http => http.BaseAddress = new("https://trader"))
        .AddAgentAuth("trader", "account.read");

    var app = builder.Build();
    app.UseAgent();
    app.MapPost("/ask", AskEndpoint.Ask).RequireScope("portfolio.advise");
    return app;
});
