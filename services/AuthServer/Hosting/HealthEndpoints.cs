using AgentMesh.AuthServer.Keys;

namespace AgentMesh.AuthServer.Hosting;

/// <summary><c>/alive</c>: the process answers. <c>/health</c>: it can serve (it started completely and has a key to sign with).</summary>
internal static class HealthEndpoints
{
    public static bool IsHealth(PathString path) => path == "/health" || path == "/alive";

    public static void Map(WebApplication app)
    {
        app.MapGet("/alive", () => Results.Text("Healthy"));
        app.MapGet("/health", (KeyRing keys) => keys.Keys.Count > 0 ? Results.Text("Healthy") : Results.Text("Unhealthy", statusCode: StatusCodes.Status503ServiceUnavailable));
    }
}
