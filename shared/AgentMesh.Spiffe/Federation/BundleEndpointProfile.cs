namespace AgentMesh.Spiffe;

/// <summary>How a bundle endpoint is authenticated (SPIFFE Federation §5.2). Always said, never guessed: one is no substitute for the other.</summary>
public enum BundleEndpointProfile
{
    /// <summary><c>https_web</c>: a certificate of a public authority for the host's name.</summary>
    HttpsWeb,

    /// <summary><c>https_spiffe</c>: an X509-SVID with the SPIFFE ID configured; the host's name plays no part.</summary>
    HttpsSpiffe,
}
