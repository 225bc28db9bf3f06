namespace AgentMesh.AuthServer.Tests.Fixtures;

/// <summary>How a client proves itself: draft-ietf-oauth-spiffe-client-auth has both.</summary>
public enum ClientMethod
{
    /// <summary>X509-SVID on the connection.</summary>
    X509,

    /// <summary>JWT-SVID as client assertion, with a DPoP proof, on a connection without a client certificate.</summary>
    Jwt,
}
