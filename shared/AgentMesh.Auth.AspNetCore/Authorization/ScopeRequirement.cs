using Microsoft.AspNetCore.Authorization;

namespace AgentMesh.Auth.AspNetCore;

/// <summary>Check 6: the caller was granted all of these scopes.</summary>
internal sealed record ScopeRequirement(IReadOnlyList<string> Scopes) : IAuthorizationRequirement;

/// <summary>Holds for no endpoint at all: an endpoint that declares no scope may be called by nobody.</summary>
internal sealed record ScopeDeclaredRequirement : IAuthorizationRequirement;
