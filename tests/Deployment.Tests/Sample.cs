using AgentMesh.Manifest;

namespace AgentMesh.Deployment.Tests;

internal static class Sample
{
    public static MeshManifest Manifest { get; } = MeshManifest.Parse("""
        {
          "trustDomain": "bank.example",
          "spiffeId": "spiffe://{trustDomain}/agent/{name}",
          "lifetimes": { "x509Svid": "00:30:00", "jwtSvid": "00:05:00", "accessToken": "00:05:00" },
          "maxDepth": 3,
          "scopes": {
            "advice.ask": { "description": "Ask for advice" },
            "risk.score": { "description": "Compute risk" },
            "market.read": { "description": "Read prices" }
          },
          "agents": {
            "advisor": { "project": "agents/Advisor", "calls": { "risk": { "scopes": ["risk.score"], "when": ["advice.ask"] } } },
            "risk": { "project": "agents/Risk", "selectors": ["unix:uid:2001", "unix:path:/srv/risk/Risk"], "calls": { "market": { "scopes": ["market.read"] } } },
            "market": { "project": "agents/Market", "auth": "mtls" }
          },
          "operators": {
            "desk": { "selectors": ["unix:uid:3000"], "calls": { "advisor": { "scopes": ["advice.ask"] } } }
          }
        }
        """);
}
