namespace AgentMesh.Deployment.Spire.Bootstrap;

/// <summary>A registration entry that a server holds.</summary>
/// <param name="Id">The server's id of it.</param>
/// <param name="Entry">What it says.</param>
public sealed record RegisteredEntry(string Id, RegistrationEntry Entry)
{
    /// <summary>Whether it says the same as another, in whatever order its selectors stand.</summary>
    public bool Says(RegistrationEntry other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Entry.SpiffeId == other.SpiffeId
            && Entry.ParentId == other.ParentId
            && Entry.X509SvidTtl == other.X509SvidTtl
            && Entry.JwtSvidTtl == other.JwtSvidTtl
            && Entry.Selectors.ToHashSet().SetEquals(other.Selectors);
    }
}

/// <summary>An agent that has joined a server.</summary>
/// <param name="Id">Its own SPIFFE ID; an agent that joined with a token has <c>/spire/agent/join_token/</c> and the token.</param>
/// <param name="SvidExpires">When its SVID ends unless it renews it.</param>
/// <param name="IsBanned">The server refuses it.</param>
public sealed record AttestedAgent(string Id, DateTimeOffset SvidExpires, bool IsBanned);
