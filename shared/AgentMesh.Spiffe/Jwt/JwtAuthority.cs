using System.Security.Cryptography;
using System.Text.Json;
using AgentMesh.Spiffe.Internal;

namespace AgentMesh.Spiffe;

/// <summary>A public key that verifies JWT-SVIDs (JWT-SVID §6): EC on P-256, P-384 or P-521, or RSA from 2048 bits on.</summary>
public sealed class JwtAuthority
{
    // One shared native key: verifying changes nothing in it, and importing it for each token would cost more than the check.
    private readonly AsymmetricAlgorithm _key;
    private readonly Action<Utf8JsonWriter> _write;

    private JwtAuthority(string keyId, AsymmetricAlgorithm key, Action<Utf8JsonWriter> write)
    {
        KeyId = keyId;
        _key = key;
        _write = write;
    }

    /// <summary>The key's id, unique within its bundle.</summary>
    public string KeyId { get; }

    /// <summary>An authority for the public half of an EC key; the key itself is not kept.</summary>
    /// <exception cref="ArgumentException">No key id, or not one of the three curves.</exception>
    public static JwtAuthority Create(string keyId, ECDsa key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Create(keyId, key.ExportParameters(includePrivateParameters: false))
            ?? throw new ArgumentException("JWT-SVIDs are signed with EC keys on P-256, P-384 or P-521.", nameof(key));
    }

    /// <summary>An authority for the public half of an RSA key; the key itself is not kept.</summary>
    /// <exception cref="ArgumentException">No key id, or fewer than 2048 bits.</exception>
    public static JwtAuthority Create(string keyId, RSA key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Create(keyId, key.ExportParameters(includePrivateParameters: false))
            ?? throw new ArgumentException("JWT-SVIDs are signed with RSA keys from 2048 bits on.", nameof(key));
    }

    internal static JwtAuthority? Create(string keyId, ECParameters parameters)
    {
        ArgumentException.ThrowIfNullOrEmpty(keyId);
        if (JoseAlgorithm.CurveName(parameters.Curve) is not { } curve)
            return null;
        var (x, y) = (parameters.Q.X!, parameters.Q.Y!);
        return new JwtAuthority(keyId, ECDsa.Create(parameters), json => JsonWebKeys.WriteEc(json, curve, x, y));
    }

    internal static JwtAuthority? Create(string keyId, RSAParameters parameters)
    {
        ArgumentException.ThrowIfNullOrEmpty(keyId);
        var (modulus, exponent) = (parameters.Modulus!, parameters.Exponent!);
        var key = RSA.Create(new RSAParameters { Modulus = modulus, Exponent = exponent });
        return key.KeySize < 2048 ? null : new JwtAuthority(keyId, key, json => JsonWebKeys.WriteRsa(json, modulus, exponent));
    }

    /// <summary>Whether this key made the signature with the algorithm; false also when the algorithm is not for this kind of key.</summary>
    internal bool Verify(JoseAlgorithm algorithm, ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signature) => algorithm.Verify(_key, signed, signature);

    internal void WriteTo(Utf8JsonWriter json, string? use)
    {
        json.WriteStartObject();
        _write(json);
        json.WriteString("kid", KeyId);
        if (use is not null)
            json.WriteString("use", use);
        json.WriteEndObject();
    }
}
