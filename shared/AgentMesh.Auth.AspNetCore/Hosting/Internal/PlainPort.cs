using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;

namespace AgentMesh.Auth.AspNetCore;

/// <summary>What is served on a connection without mTLS: <c>/health</c> (ready) and <c>/alive</c>, and nothing else.</summary>
internal static class PlainPort
{
    public static void Map(WebApplication app)
    {
        // Told by the connection itself: a Host header can say anything.
        app.MapWhen(static context => context.Features.Get<PeerConnection>() is null, static plain =>
        {
            plain.UseHealthChecks("/health", new HealthCheckOptions { AllowCachingResponses = false });
            plain.UseHealthChecks("/alive", new HealthCheckOptions { AllowCachingResponses = false, Predicate = static check => check.Tags.Contains("live") });
            plain.Run(static context =>
            {
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return Task.CompletedTask;
            });
        });
    }
}
