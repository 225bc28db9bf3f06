using AgentMesh.Manifest;

namespace AgentMesh.A2A.Mesh.Tests.Mesh;

/// <summary>A chain of agents, the last of which does what a person must approve, and an agent beside it that is up to no good.</summary>
internal static class ChainManifest
{
    public const string TrustDomain = "agentmesh.local";

    public const string Json = """
        {
          "trustDomain": "agentmesh.local",
          "spiffeId": "spiffe://{trustDomain}/agent/{name}",
          "lifetimes": { "x509Svid": "00:30:00", "jwtSvid": "00:05:00", "accessToken": "00:05:00" },
          "maxDepth": 4,
          "scopes": {
            "door.knock": { "description": "Ask whoever takes questions" },
            "front.ask": { "description": "Ask" },
            "front.admin": { "description": "Administer" },
            "middle.work": { "description": "Work" },
            "back.read": { "description": "Read" },
            "back.do": { "description": "Do it for real", "approval": "human" }
          },
          "agents": {
            "door": { "project": "agents/Door", "calls": { "front": { "scopes": ["front.ask"], "when": ["door.knock"] } } },
            "front": { "project": "agents/Front", "description": "Takes questions", "calls": {
              "middle": { "scopes": ["middle.work"], "when": ["front.ask"] } } },
            "middle": { "project": "agents/Middle", "calls": {
              "back": { "scopes": ["back.read", "back.do"], "when": ["middle.work"] },
              "rogue": { "scopes": ["back.read"] } } },
            "back": { "project": "agents/Back" },
            "rogue": { "project": "agents/Rogue", "calls": { "back": { "scopes": ["back.read"] } } },
            "plain": { "project": "agents/Plain", "auth": "mtls" }
          },
          "services": { "registry": { "project": "services/Registry" } },
          "operators": {
            "ann": { "project": "Ann", "calls": { "front": { "scopes": ["front.ask"] }, "middle": { "scopes": ["middle.work"] }, "back": { "scopes": ["back.read"] }, "plain": { "scopes": ["back.read"] } }, "may": ["approve"] },
            "bob": { "project": "Bob", "calls": { "door": { "scopes": ["door.knock"] }, "front": { "scopes": ["front.ask"] }, "middle": { "scopes": ["middle.work"] }, "back": { "scopes": ["back.read"] } } },
            "eve": { "project": "Eve", "calls": { "front": { "scopes": ["front.admin"] }, "rogue": { "scopes": ["back.read"] } }, "may": ["audit", "revoke"] }
          }
        }
        """;

    public static MeshManifest Manifest { get; } = MeshManifest.Parse(Json);

    public static string IdOf(string party) => Manifest.TryGetParty(party, out var found) ? found.SpiffeId : throw new ArgumentException(party, nameof(party));
}
