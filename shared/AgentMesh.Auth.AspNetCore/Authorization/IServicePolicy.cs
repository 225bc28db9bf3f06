using AgentMesh.Manifest;

namespace AgentMesh.Auth.AspNetCore;

/// <summary>
/// What the manifest's parties may ask of a service of the mesh itself, to which the manifest has no edges. Register one, and the service is
/// called with mutual TLS alone; without it a service is called with tokens.
/// </summary>
public interface IServicePolicy
{
    /// <summary>The scopes that a party has, space-delimited; empty: it may not call.</summary>
    /// <param name="caller">An agent, operator or service of the manifest.</param>
    string ScopesOf(Party caller);
}
