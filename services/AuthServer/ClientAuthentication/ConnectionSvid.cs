using System.Security.Cryptography.X509Certificates;

namespace AgentMesh.AuthServer.ClientAuthentication;

/// <summary>
/// What is known of the peer on one connection. It is put into the connection's items during the handshake and found there ever
/// after: requests that share an HTTP/2 connection run at once, and the items themselves are no place to write to then.
/// </summary>
internal sealed class ConnectionSvid
{
    public static readonly object Key = new();

    private volatile PeerSvid? _validated;

    /// <summary>What the peer sent along with its leaf, for validating anew when the trust bundle has changed.</summary>
    public IReadOnlyList<X509Certificate2> Intermediates { get; set; } = [];

    /// <summary>The outcome of the last validation. Two requests may both validate; either outcome serves.</summary>
    public PeerSvid? Validated
    {
        get => _validated;
        set => _validated = value;
    }
}
