using System.Security.Cryptography;

namespace AgentMesh.Spiffe.Internal;

/// <summary>The nine signature algorithms of JWT-SVID §2.1. There is no other path: <c>none</c> and HMAC do not exist here.</summary>
internal sealed class JoseAlgorithm
{
    private readonly HashAlgorithmName _hash;
    private readonly RSASignaturePadding? _padding;
    private readonly string? _curve;

    private JoseAlgorithm(string hash, RSASignaturePadding? padding, string? curve)
    {
        _hash = new HashAlgorithmName(hash);
        _padding = padding;
        _curve = curve;
    }

    private static readonly Dictionary<string, JoseAlgorithm> All = new(StringComparer.Ordinal)
    {
        ["ES256"] = new("SHA256", null, "P-256"),
        ["ES384"] = new("SHA384", null, "P-384"),
        ["ES512"] = new("SHA512", null, "P-521"),
        ["RS256"] = new("SHA256", RSASignaturePadding.Pkcs1, null),
        ["RS384"] = new("SHA384", RSASignaturePadding.Pkcs1, null),
        ["RS512"] = new("SHA512", RSASignaturePadding.Pkcs1, null),
        ["PS256"] = new("SHA256", RSASignaturePadding.Pss, null),
        ["PS384"] = new("SHA384", RSASignaturePadding.Pss, null),
        ["PS512"] = new("SHA512", RSASignaturePadding.Pss, null),
    };

    public static JoseAlgorithm? Find(string? name) => name is null ? null : All.GetValueOrDefault(name);

    /// <summary>The JOSE name of the curve; null for one that JWT-SVIDs do not use.</summary>
    public static string? CurveName(ECCurve curve) => curve.Oid.Value switch
    {
        "1.2.840.10045.3.1.7" => "P-256",
        "1.3.132.0.34" => "P-384",
        "1.3.132.0.35" => "P-521",
        _ => null,
    };

    public static ECCurve? Curve(string? name) => name switch
    {
        "P-256" => ECCurve.NamedCurves.nistP256,
        "P-384" => ECCurve.NamedCurves.nistP384,
        "P-521" => ECCurve.NamedCurves.nistP521,
        _ => null,
    };

    public bool Verify(AsymmetricAlgorithm key, ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signature)
    {
        try
        {
            return key switch
            {
                ECDsa ec when _curve is not null && ec.KeySize == CurveSize => ec.VerifyData(signed, signature, _hash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation),
                RSA rsa when _padding is not null => rsa.VerifyData(signed, signature, _hash, _padding),
                _ => false,
            };
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private int CurveSize => _curve switch { "P-256" => 256, "P-384" => 384, _ => 521 };
}
