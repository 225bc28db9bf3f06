using AgentMesh.Agents.MarketData;
using AgentMesh.Auth.AspNetCore;
using AgentMesh.ServiceDefaults;

return await Agent.RunAsync(() =>
{
    var builder = WebApplication.CreateBuilder(args);
    builder.AddAgent();
    builder.AddPriceHistory();

    var app = builder.Build();
    app.UseAgent();
    app.MapGet("/symbols", PriceEndpoints.Symbols).RequireScope("market.read");
    app.MapGet("/prices/{symbol}", PriceEndpoints.Prices).RequireScope("market.read");
    return app;
});
