using System.Security.Cryptography.X509Certificates;
using AgentMesh.Spiffe;

namespace AgentMesh.A2A.Mesh;

/// <summary>
/// Signs an agent's card with the key of its X509-SVID; the certificate and its intermediates go along as <c>x5c</c> (RFC 7515 §4.1.6). A
/// card is signed anew after each rotation, and its signature ends with the SVID.
/// </summary>
/// <param name="svids">The agent's own SVIDs.</param>
public sealed class SvidCardSigner(IX509SvidSource svids)
{
    private readonly Lock _gate = new();
    private X509Svid? _svid;
    private AgentCardSigner? _signer;

    /// <summary>The signer of the newest SVID; the same until the SVID rotates.</summary>
    /// <exception cref="System.Security.Authentication.AuthenticationException">There is no SVID.</exception>
    /// <exception cref="InvalidOperationException">The SVID's key is none that cards are signed with.</exception>
    public AgentCardSigner Current()
    {
        var svid = svids.GetX509Svid();
        lock (_gate)
        {
            if (ReferenceEquals(svid, _svid))
                return _signer!;
            // Not disposed of: a signature may be under way, and the handle goes with the object.
            var key = svid.Certificate.GetECDsaPrivateKey() ?? throw new InvalidOperationException(
                $"The X509-SVID of {svid.Id} has no elliptic-curve key, and agent cards are signed with one. Have the SPIFFE server issue EC P-256 keys to workloads.");
            ReadOnlyMemory<byte>[] chain = [svid.Certificate.RawDataMemory, .. svid.Intermediates.Select(certificate => certificate.RawDataMemory)];
            _signer = new AgentCardSigner(key, svid.Id.ToString(), chain);
            _svid = svid;
            return _signer;
        }
    }
}
