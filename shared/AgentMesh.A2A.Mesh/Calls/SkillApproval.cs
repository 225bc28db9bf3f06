using System.Text.Json;

namespace AgentMesh.A2A.Mesh;

/// <summary>What a person is to approve before a skill is called.</summary>
/// <param name="AuthorizationDetails">Exactly what is to be done (RFC 9396 §2): what the person is shown, the token says, and the callee compares.</param>
/// <param name="Summary">The same in a line of words, at most 256 characters.</param>
public sealed record SkillApproval(JsonElement AuthorizationDetails, string Summary);
