using AgentMesh.Manifest;

namespace AgentMesh.Attacks.Tests.Mesh;

/// <summary>
/// The mesh under attack: operator local -> advisor -> risk-analyst, trader and market-data (mTLS alone), with agents beyond them that only
/// pass on, so that chains can be made too deep and closed to loops.
/// </summary>
internal static class AttackManifest
{
    public const string TrustDomain = "agentmesh.local";

    public const string Json = """
        {
          "trustDomain": "agentmesh.local",
          "spiffeId": "spiffe://{trustDomain}/agent/{name}",
          "lifetimes": { "x509Svid": "00:30:00", "jwtSvid": "00:05:00", "accessToken": "00:05:00" },
          "maxDepth": 2,
          "scopes": {
            "portfolio.advise": { "description": "Ask for advice" },
            "market.read": { "description": "Read prices" },
            "risk.score": { "description": "Compute risk" },
            "risk.explain": { "description": "Explain risk" },
            "trade.propose": { "description": "Draft an order" },
            "trade.execute": { "description": "Place an order", "approval": "human" },
            "relay": { "description": "Pass on" }
          },
          "agents": {
            "advisor": { "project": "agents/Advisor", "calls": {
              "market-data": { "scopes": ["market.read"] },
              "risk-analyst": { "scopes": ["risk.score"], "when": ["portfolio.advise"] },
              "trader": { "scopes": ["trade.propose", "trade.execute"], "when": ["portfolio.advise"] } } },
            "market-data": { "project": "agents/MarketData", "auth": "mtls" },
            "risk-analyst": { "project": "agents/RiskAnalyst", "calls": {
              "market-data": { "scopes": ["market.read"] },
              "advisor": { "scopes": ["relay"] },
              "auditor": { "scopes": ["relay"] } } },
            "trader": { "project": "agents/Trader", "calls": {
              "risk-analyst": { "scopes": ["risk.score", "risk.explain"], "when": ["trade.propose"] } } },
            "auditor": { "project": "agents/Auditor", "calls": { "archive": { "scopes": ["relay"] } } },
            "archive": { "project": "agents/Archive", "calls": { "vault": { "scopes": ["relay"] } } },
            "vault": { "project": "agents/Vault" }
          },
          "operators": {
            "local": { "project": "Mesh", "calls": { "advisor": { "scopes": ["portfolio.advise"] } }, "may": ["approve", "revoke", "audit"] },
            "desk": { "project": "Desk", "calls": { "trader": { "scopes": ["trade.execute"] } }, "may": ["approve"] },
            "guest": { "project": "Guest", "calls": { "advisor": { "scopes": ["portfolio.advise"] } } }
          }
        }
        """;

    public static MeshManifest Manifest { get; } = MeshManifest.Parse(Json);

    /// <summary>The SPIFFE ID of a party; of the same form for one that the manifest does not have.</summary>
    public static string IdOf(string party) =>
        Manifest.TryGetParty(party, out var found) ? found.SpiffeId : $"spiffe://{TrustDomain}/agent/{party}";
}
