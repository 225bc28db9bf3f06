using AgentMesh.Manifest;

namespace AgentMesh.Auth.Tests;

/// <summary>A mesh small enough to keep in mind: operator local -> advisor -> risk-analyst and trader -> market-data (mtls).</summary>
internal static class TestManifest
{
    public const string Json = """
        {
          "trustDomain": "agentmesh.local",
          "spiffeId": "spiffe://{trustDomain}/agent/{name}",
          "lifetimes": { "x509Svid": "00:30:00", "jwtSvid": "00:05:00", "accessToken": "00:05:00" },
          "maxDepth": 4,
          "scopes": {
            "portfolio.advise": { "description": "Ask for advice on a portfolio" },
            "market.read": { "description": "Read price history" },
            "risk.score": { "description": "Compute risk metrics" },
            "risk.explain": { "description": "Explain risk metrics" },
            "trade.propose": { "description": "Draft an order" },
            "trade.execute": { "description": "Place an order", "approval": "human" }
          },
          "agents": {
            "advisor": { "project": "agents/Advisor", "calls": {
              "market-data": { "scopes": ["market.read"] },
              "risk-analyst": { "scopes": ["risk.score", "risk.explain"] },
              "trader": { "scopes": ["trade.propose", "trade.execute"], "when": ["portfolio.advise"] } } },
            "market-data": { "project": "agents/MarketData", "auth": "mtls" },
            "risk-analyst": { "project": "agents/RiskAnalyst", "calls": { "market-data": { "scopes": ["market.read"] } } },
            "trader": { "project": "agents/Trader", "calls": {
              "market-data": { "scopes": ["market.read"] },
              "risk-analyst": { "scopes": [{ "scope": "risk.score", "when": ["trade.propose"] }] } } }
          },
          "operators": {
            "local": { "description": "The person at this machine", "project": "Mesh", "calls": { "advisor": { "scopes": ["portfolio.advise"] } } }
          }
        }
        """;

    public static MeshManifest Manifest { get; } = MeshManifest.Parse(Json);

    public static string IdOf(string name) => Manifest.TryGetParty(name, out var party) ? party.SpiffeId : throw new ArgumentException(name, nameof(name));
}
