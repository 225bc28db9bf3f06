using AgentMesh.AuthServer.Hosting;
using AgentMesh.AuthServer.Requests;

namespace AgentMesh.AuthServer.Revocation;

/// <summary>
/// An instance that cannot read what the others revoke decides nothing: it would let through what they refuse. Another one answers.
/// </summary>
internal sealed class RefuseWhenBehind(RequestDelegate next, SecurityEventLog log)
{
    public Task InvokeAsync(HttpContext context)
    {
        var decides = !HealthEndpoints.IsHealth(context.Request.Path) && !IsPublished(context.Request.Path);
        return decides && log.IsBehind ? RefuseAsync(context) : next(context);
    }

    // Says nothing of anybody, and callees read the keys from whichever instance answers.
    private static bool IsPublished(PathString path) => path == "/jwks" || path.StartsWithSegments("/.well-known");

    public static Task RefuseAsync(HttpContext context)
    {
        context.Response.Headers.RetryAfter = "1";
        return OAuthError.WriteAsync(context, StatusCodes.Status503ServiceUnavailable, "temporarily_unavailable",
            "This instance cannot read what the others have revoked; its log says why.");
    }
}
