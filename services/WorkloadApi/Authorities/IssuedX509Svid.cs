using System.Security.Cryptography;
using AgentMesh.Spiffe;

namespace AgentMesh.WorkloadApi.Authorities;

/// <summary>An X509-SVID on its way to the workload. The server forgets the key once the stream that it was made for ends.</summary>
internal sealed class IssuedX509Svid(
    SpiffeId id, X509Authority authority, byte[] certificate, byte[] privateKey, DateTimeOffset issuedAt, DateTimeOffset notAfter)
{
    public SpiffeId Id => id;

    public X509Authority Authority => authority;

    /// <summary>DER; the authority is self-signed, so the chain is the leaf alone.</summary>
    public byte[] Certificate => certificate;

    /// <summary>PKCS#8, DER.</summary>
    public byte[] PrivateKey => privateKey;

    public DateTimeOffset NotAfter => notAfter;

    /// <summary>At half of its life at the latest, and up to a twentieth earlier, so that streams that began together do not stay together.</summary>
    public DateTimeOffset RenewAt { get; } =
        issuedAt + ((notAfter - issuedAt) * (0.5 - (RandomNumberGenerator.GetInt32(0, 1001) / 20_000.0)));

    public void Forget() => CryptographicOperations.ZeroMemory(privateKey);

    public override string ToString() => $"X509-SVID {id} until {notAfter:O}";
}
