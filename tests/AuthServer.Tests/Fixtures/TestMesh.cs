using AgentMesh.Manifest;

namespace AgentMesh.AuthServer.Tests.Fixtures;

/// <summary>A small mesh with one of everything the policy distinguishes.</summary>
internal static class TestMesh
{
    public const string TrustDomain = "agentmesh.local";
    public const string Issuer = "https://auth-server.test/";

    public static MeshManifest Manifest { get; } = MeshManifest.Parse("""
        {
          "trustDomain": "agentmesh.local",
          "spiffeId": "spiffe://{trustDomain}/agent/{name}",
          "lifetimes": { "x509Svid": "00:30:00", "jwtSvid": "00:05:00", "accessToken": "00:05:00" },
          "maxDepth": 2,
          "scopes": {
            "portfolio.advise": { "description": "Ask for advice" },
            "market.read": { "description": "Read prices" },
            "risk.score": { "description": "Compute risk" },
            "account.read": { "description": "Read an account" },
            "trade.propose": { "description": "Draft an order" },
            "trade.execute": { "description": "Place an order", "approval": "human" },
            "relay": { "description": "Pass on" }
          },
          "agents": {
            "advisor": { "project": "agents/Advisor", "calls": {
              "market-data": { "scopes": ["market.read"] },
              "risk-analyst": { "scopes": ["risk.score"], "when": ["portfolio.advise"] },
              "trader": { "scopes": [{ "scope": "account.read", "when": ["account.read"] }, "trade.propose", "trade.execute"], "when": ["portfolio.advise"] } } },
            "market-data": { "project": "agents/MarketData", "auth": "mtls" },
            "risk-analyst": { "project": "agents/RiskAnalyst", "calls": {
              "trader": { "scopes": ["relay"] },
              "advisor": { "scopes": ["relay"] },
              "auditor": { "scopes": ["relay"] } } },
            "trader": { "project": "agents/Trader", "calls": {
              "risk-analyst": { "scopes": ["risk.score"], "when": ["trade.propose"] },
              "auditor": { "scopes": ["relay"] } } },
            "auditor": { "project": "agents/Auditor", "calls": { "archive": { "scopes": ["relay"] } } },
            "archive": { "project": "agents/Archive" }
          },
          "operators": {
            "local": { "project": "Mesh", "calls": { "advisor": { "scopes": ["portfolio.advise", "account.read"] } }, "may": ["approve", "revoke", "audit"] },
            "dealer": { "project": "Dealer", "calls": { "trader": { "scopes": ["trade.execute"] } }, "may": ["approve", "revoke"] },
            "guest": { "project": "Guest", "calls": { "advisor": { "scopes": ["portfolio.advise"] } } }
          }
        }
        """);

    public static string IdOf(string party) =>
        Manifest.TryGetParty(party, out var found) ? found.SpiffeId : $"spiffe://{TrustDomain}/agent/{party}";
}
