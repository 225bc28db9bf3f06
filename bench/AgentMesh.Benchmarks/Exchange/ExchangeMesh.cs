using System.Text;
using AgentMesh.Manifest;

namespace AgentMesh.Benchmarks.Exchange;

/// <summary>A mesh of any size in which agent <c>a0</c> may call the next ones while it serves a request.</summary>
internal static class ExchangeMesh
{
    public const string TrustDomain = "bench.local";
    public const int Callees = 3;

    public static MeshManifest Create(int agents) => MeshManifest.Parse(Describe(agents));

    /// <summary>As JSON. An agent <c>probe</c> may call <c>a0</c> to <c>a3</c> on its own behalf.</summary>
    public static string Describe(int agents)
    {
        var json = new StringBuilder("""
            {
              "trustDomain": "bench.local",
              "spiffeId": "spiffe://{trustDomain}/agent/{name}",
              "scopes": { "work": { "description": "Do something" } },
              "agents": {
            """);
        for (var i = 0; i < agents; i++)
        {
            json.Append(i == 0 ? "" : ",").Append($"\"a{i}\": {{ \"project\": \"agents/a{i}\", \"calls\": {{");
            for (var callee = 1; callee <= Callees; callee++)
            {
                json.Append(callee == 1 ? "" : ",").Append($"\"a{(i + callee) % agents}\": {{ \"scopes\": [\"work\"], \"when\": [\"work\"] }}");
            }
            json.Append("} }");
        }
        return json.Append("""
            , "probe": { "project": "agents/probe", "calls": { "a0": { "scopes": ["work"] }, "a1": { "scopes": ["work"] }, "a2": { "scopes": ["work"] }, "a3": { "scopes": ["work"] } } }
            }, "operators": { "admin": { "may": ["revoke"] } } }
            """).ToString();
    }

    public const string Probe = $"spiffe://{TrustDomain}/agent/probe";

    public const string Operator = $"spiffe://{TrustDomain}/operator/admin";

    public static string IdOf(int agent) => $"spiffe://{TrustDomain}/agent/a{agent}";
}
