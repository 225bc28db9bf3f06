using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;
namespace AgentMesh.ServiceDefaults;

/// <summary>TEMPORARY skeleton. One call makes a web application an agent.</summary>
public static class AgentDefaults
{
    /// <summary>OpenTelemetry, health, service discovery, resilience: what Aspire's service defaults do.</summary>
    public static TBuilder AddServiceDefaults<TBuilder>(this TBuilder builder) where TBuilder : IHostApplicationBuilder => throw new NotImplementedException();
    /// <summary>AddServiceDefaults and the agent's part: identity, inbound and outbound authentication, kernel.</summary>
    public static WebApplicationBuilder AddAgent(this WebApplicationBuilder builder) => throw new NotImplementedException();
    /// <summary>The middleware, health on the plain port, protected resource metadata.</summary>
    public static WebApplication UseAgent(this WebApplication app) => throw new NotImplementedException();
}
