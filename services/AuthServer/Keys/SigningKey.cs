using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace AgentMesh.AuthServer.Keys;

/// <summary>One ES256 key of the ring, with what signing and verifying thousands of tokens a second needs ready.</summary>
internal sealed class SigningKey : IDisposable
{
    /// <summary>ES256: r and s, 32 bytes each (RFC 7518 §3.4).</summary>
    public const int SignatureLength = 64;

    private readonly ECParameters _parameters;

    // ECDsa instances are not documented to be safe for concurrent use, so each operation rents one.
    private readonly ConcurrentBag<ECDsa> _idle = [];
    private readonly ConcurrentDictionary<string, byte[]> _headers = new(StringComparer.Ordinal);

    public SigningKey(int generation, ECParameters parameters, DateTimeOffset activeFrom)
    {
        Generation = generation;
        ActiveFrom = activeFrom;
        _parameters = parameters;
        Id = Thumbprint(parameters.Q);
    }

    /// <summary>Counts up from 1; the next generation takes over at its <see cref="ActiveFrom"/>.</summary>
    public int Generation { get; }

    /// <summary><c>kid</c>: the RFC 7638 thumbprint of the public key.</summary>
    public string Id { get; }

    public DateTimeOffset ActiveFrom { get; }

    /// <summary>The private scalar, to look for it where it must not be.</summary>
    internal byte[] ExportPrivateScalar() => [.. _parameters.D!];

    /// <summary>The public half only.</summary>
    public ECDsa CreatePublicKey() => ECDsa.Create(new ECParameters { Curve = _parameters.Curve, Q = _parameters.Q });

    public byte[] EncodedHeader(string type) => _headers.GetOrAdd(type, static (type, id) => Encoding.ASCII.GetBytes(
        Base64Url.EncodeToString(Encoding.ASCII.GetBytes($$"""{"alg":"ES256","typ":"{{type}}","kid":"{{id}}"}"""))), Id);

    public void Sign(ReadOnlySpan<byte> data, Span<byte> signature)
    {
        var key = Rent();
        try
        {
            if (!key.TrySignData(data, signature, HashAlgorithmName.SHA256, out var written) || written != SignatureLength)
            {
                throw new CryptographicException("An ES256 signature is 64 bytes long.");
            }
        }
        finally
        {
            _idle.Add(key);
        }
    }

    public bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        var key = Rent();
        try
        {
            return key.VerifyData(data, signature, HashAlgorithmName.SHA256);
        }
        finally
        {
            _idle.Add(key);
        }
    }

    public void Dispose()
    {
        while (_idle.TryTake(out var key))
        {
            key.Dispose();
        }
    }

    private ECDsa Rent() => _idle.TryTake(out var key) ? key : ECDsa.Create(_parameters);

    private static string Thumbprint(ECPoint q) => Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(
        $$"""{"crv":"P-256","kty":"EC","x":"{{Base64Url.EncodeToString(q.X)}}","y":"{{Base64Url.EncodeToString(q.Y)}}"}""")));
}
