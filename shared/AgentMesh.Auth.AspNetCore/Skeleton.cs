// TEMPORARY: public surface that the other parts compile against. Replaced file by file by the real thing.
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;
#pragma warning disable CS1591, CA1822, CA1065, CS9113, IDE0060
namespace AgentMesh.Auth.AspNetCore;

public static class AgentServerExtensions
{
    // Kestrel: every https:// address in `urls` (ASPNETCORE_URLS) becomes mTLS with SVIDs, every http:// one must be loopback (or explicitly allowed) and serves only health.
    // Authentication handler, deny-by-default authorization, RFC 9728 metadata, audit.
    public static TBuilder AddAgentServer<TBuilder>(this TBuilder builder) where TBuilder : IHostApplicationBuilder => throw new NotImplementedException();
    public static WebApplication UseAgentServer(this WebApplication app) => throw new NotImplementedException();   // middleware + /.well-known/oauth-protected-resource
    public static TBuilder RequireScope<TBuilder>(this TBuilder builder, params string[] scopes) where TBuilder : IEndpointConventionBuilder => throw new NotImplementedException();
}
