namespace AgentMesh.Manifest.Internal.Reading;

/// <summary>Bounds on what is read, so that no manifest can exhaust the reader.</summary>
internal static class Limits
{
    public const int FileBytes = 16 * 1024 * 1024;
    public const int Nesting = 16;
    public const int Diagnostics = 200;

    /// <summary>A DNS label's length: names become host names and Kubernetes objects.</summary>
    public const int NameLength = 63;
    public const int ScopeLength = 128;
    public const int ScopesPerEdge = 64;
    public const int TextLength = 1000;

    /// <summary>SPIFFE-ID §2.1 and §2.3.</summary>
    public const int TrustDomainBytes = 255;
    public const int SpiffeIdBytes = 2048;

    public const int MinDepth = 1;
    public const int MaxDepth = 16;
    public const int DefaultDepth = 4;
}
