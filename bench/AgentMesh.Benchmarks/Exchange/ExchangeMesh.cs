using System.Text;
using AgentMesh.Manifest;

namespace AgentMesh.Benchmarks.Exchange;

/// <summary>A mesh of any size in which agent <c>a0</c> may call the next ones while it serves a request.</summary>
internal static class ExchangeMesh
{
    public const string TrustDomain = "bench.local";
    public const int Callees = 3;

    public static MeshManifest Create(int agents) => MeshManifest.Parse(Describe(agents));

    /// <summary>As JSON. The agents <c>probe0</c> and so on may call <c>a0</c> to <c>a3</c> on their own behalf.</summary>
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
        for (var i = 0; i < Probes; i++)
        {
            json.Append($"\n, \"probe{i}\": ").Append("""
                { "project": "agents/probe", "calls": { "a0": { "scopes": ["work"] }, "a1": { "scopes": ["work"] }, "a2": { "scopes": ["work"] }, "a3": { "scopes": ["work"] } } }
                """);
        }
        return json.Append("""
            }, "operators": { "admin": { "may": ["revoke"] } } }
            """).ToString();
    }

    /// <summary>How many parties take turns at being disabled: each enabling of one has a second of its own, which a round does not last.</summary>
    public const int Probes = 50;

    public static string ProbeId(int probe) => $"spiffe://{TrustDomain}/agent/probe{probe}";

    public const string Operator = $"spiffe://{TrustDomain}/operator/admin";

    public static string IdOf(int agent) => $"spiffe://{TrustDomain}/agent/a{agent}";
}
