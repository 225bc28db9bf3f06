using AgentMesh.A2A.Mesh;
using AgentMesh.Agents.MarketData;
using AgentMesh.Auth.AspNetCore;
using AgentMesh.Mcp;
using AgentMesh.ServiceDefaults;

return await Agent.RunAsync(() =>
{
    var builder = WebApplication.CreateBuilder(args);
    builder.AddAgent();
    builder.AddPriceHistory();
    builder.AddSkill<ReadPrices>();
    builder.AddMcpTools<MarketTools>();

    var app = builder.Build();
    app.UseAgent();
    // For callers that speak no A2A.
    app.MapGet("/symbols", PriceEndpoints.Symbols).RequireScope("market.read");
    app.MapGet("/prices/{symbol}", PriceEndpoints.Prices).RequireScope("market.read");
    return app;
});
