namespace AgentMesh.Auth.AspNetCore;

/// <summary>What was revoked as heard from the authorization server, and what it was not heard about for too long.</summary>
internal sealed class FollowedRevocationState(InMemoryRevocationState heard, RevocationFreshness freshness) : IRevocationState
{
    public string? Check(in RevocationSubject subject) => heard.Check(subject)
        ?? (freshness.MayHaveMissed(subject.IssuedAt) ? DecisionReason.RevocationUnknown : null);
}
