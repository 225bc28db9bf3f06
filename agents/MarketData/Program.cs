using AgentMesh.Agents.MarketData;
using AgentMesh.Auth.AspNetCore;
using AgentMesh.Mcp;
using AgentMesh.ServiceDefaults;

return await Agent.RunAsync(() =>
{
    var builder = WebApplication.CreateBuilder(args);
    builder.AddAgent();
    builder.AddPriceHistory();
    builder.AddMcpTools<MarketTools>();

    var app = builder.Build();
    app.UseAgent();
    app.MapGet("/symbols", PriceEndpoints.Symbols).RequireScope("market.read");
    app.MapGet("/prices/{symbol}", PriceEndpoints.Prices).RequireScope("market.read");
    return app;
});
