using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AgentMesh.Spiffe.Internal;

namespace AgentMesh.Spiffe;

/// <summary>An X509-SVID with its private key (X509-SVID §2–4). Immutable.</summary>
/// <remarks>
/// The key stays in memory. On Windows, SChannel cannot use a key that exists only in memory: there the certificate goes
/// through an in-memory PKCS#12 once, which the platform unpacks into a temporary key container of the current user.
/// </remarks>
public sealed class X509Svid : IDisposable
{
    private readonly Lazy<SslStreamCertificateContext> _tlsContext;
    // The owner's own lease; connections take more. The certificate is disposed with the last one.
    private int _leases = 1;
    private int _disposed;

    /// <summary>Wraps a certificate and its chain; takes ownership of both.</summary>
    /// <param name="leafWithKey">The leaf, with its private key.</param>
    /// <param name="intermediates">The signing certificates between the leaf and the trust bundle, leaf's issuer first; usually empty.</param>
    /// <param name="hint">The operator's hint what the identity is for, at most 1024 bytes; empty for none.</param>
    /// <exception cref="ArgumentException">The leaf has no private key or breaks the X509-SVID profile; the message says which rule.</exception>
    public X509Svid(X509Certificate2 leafWithKey, IReadOnlyList<X509Certificate2> intermediates, string hint = "")
    {
        ArgumentNullException.ThrowIfNull(leafWithKey);
        ArgumentNullException.ThrowIfNull(intermediates);
        ArgumentNullException.ThrowIfNull(hint);
        var profile = X509SvidValidator.ReadId(leafWithKey);
        if (!profile.IsValid)
            throw new ArgumentException($"Not an X509-SVID: {profile.Error}.", nameof(leafWithKey));
        if (!leafWithKey.HasPrivateKey)
            throw new ArgumentException("The X509-SVID has no private key.", nameof(leafWithKey));
        Id = profile.Id!;
        Certificate = leafWithKey;
        Intermediates = intermediates;
        Hint = hint;
        NotBefore = leafWithKey.NotBeforeUtc();
        NotAfter = leafWithKey.NotAfterUtc();
        Thumbprint = leafWithKey.Sha256Thumbprint();
        // Built when first needed, once: a context caches the native TLS state, and one a connection would throw that away.
        _tlsContext = new Lazy<SslStreamCertificateContext>(
            () => SslStreamCertificateContext.Create(Certificate, [.. Intermediates], offline: true));
    }

    /// <summary>Reads an SVID as the Workload API delivers it (§5.1).</summary>
    /// <param name="certificates">DER certificates one after the other, the leaf first.</param>
    /// <param name="privateKey">The leaf's key: unencrypted PKCS#8, DER. The caller may clear it afterwards.</param>
    /// <param name="hint">The operator's hint; empty for none.</param>
    /// <exception cref="FormatException">Not an X509-SVID; the message says which part is wrong and never contains key material.</exception>
    public static X509Svid Parse(ReadOnlyMemory<byte> certificates, ReadOnlySpan<byte> privateKey, string hint = "")
    {
        var chain = DerCertificates.ReadAll(certificates);
        X509Certificate2? leaf = null;
        try
        {
            leaf = PrivateKeys.Attach(chain[0], privateKey);
            return new X509Svid(leaf, chain[1..], hint);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            leaf?.Dispose();
            DerCertificates.Dispose(chain);
            throw new FormatException(e is ArgumentException ? e.Message : "The X509-SVID's private key is not unencrypted PKCS#8 of a supported kind.", e);
        }
    }

    /// <summary>The workload's identity.</summary>
    public SpiffeId Id { get; }

    /// <summary>The leaf certificate with its private key.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>The signing certificates sent along with the leaf.</summary>
    public IReadOnlyList<X509Certificate2> Intermediates { get; }

    /// <summary>The operator's hint what this identity is for; empty for none.</summary>
    public string Hint { get; }

    /// <summary>Start of validity. SPIRE dates it back by ten seconds.</summary>
    public DateTimeOffset NotBefore { get; }

    /// <summary>End of validity.</summary>
    public DateTimeOffset NotAfter { get; }

    /// <summary>SHA-256 of the leaf, base64url: what <c>cnf.x5t#S256</c> of a bound token says (RFC 8705 §3.1).</summary>
    public string Thumbprint { get; }

    /// <summary>The TLS credential: one for each SVID, built without network access.</summary>
    public SslStreamCertificateContext TlsContext => _tlsContext.Value;

    /// <summary>Gives up the owner's hold. The key is destroyed once the last connection made by a <see cref="SpiffeHttpHandler"/> is gone, too.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
            Release();
    }

    /// <summary>The identity and the end of its validity; never key material.</summary>
    public override string ToString() => $"{Id} until {NotAfter:u}";

    /// <summary>Takes a hold that keeps the key alive; false when it is already destroyed.</summary>
    internal bool TryLease()
    {
        for (var leases = Volatile.Read(ref _leases); leases > 0;)
        {
            var seen = Interlocked.CompareExchange(ref _leases, leases + 1, leases);
            if (seen == leases)
                return true;
            leases = seen;
        }
        return false;
    }

    internal void Release()
    {
        if (Interlocked.Decrement(ref _leases) != 0)
            return;
        Certificate.Dispose();
        foreach (var certificate in Intermediates)
            certificate.Dispose();
    }
}
