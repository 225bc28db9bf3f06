namespace AgentMesh.Manifest;

/// <summary>What a <see cref="Party"/> is.</summary>
public enum PartyKind
{
    /// <summary>An agent: may be called through edges, and may call.</summary>
    Agent,

    /// <summary>A person's command line or browser: may call, is never called.</summary>
    Operator,

    /// <summary>A service of the mesh itself, such as the authorization server: has an identity, but no edges.</summary>
    Service,
}
