using System.Security.Cryptography;

namespace AgentMesh.Auth.AspNetCore;

/// <summary>One key of an issuer, for one algorithm (RFC 8725 §3.1). Signatures are verified with native keys that are made once and taken in turns.</summary>
internal abstract class IssuerKey(string id)
{
    private volatile bool _withdrawn;

    public string Id => id;

    /// <summary>Whether the issuer no longer lists the key. Tokens it signed are refused from then on.</summary>
    public bool IsWithdrawn => _withdrawn;

    public void Withdraw() => _withdrawn = true;

    public abstract bool IsSameAs(IssuerKey other);

    public abstract bool Verify(ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signature);
}

/// <summary>An ES256 key (RFC 7518 §3.4): what the mesh's authorization server signs with.</summary>
internal sealed class Es256Key(string id, ECParameters parameters) : IssuerKey(id)
{
    private readonly ECParameters _parameters = parameters;
    private readonly Es256 _key = new(parameters);

    public override bool IsSameAs(IssuerKey other) => other is Es256Key { _parameters.Q: var q }
        && _parameters.Q.X.AsSpan().SequenceEqual(q.X) && _parameters.Q.Y.AsSpan().SequenceEqual(q.Y);

    public override bool Verify(ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signature) => _key.Verify(signed, signature);
}

/// <summary>An RS256 key (RFC 7518 §3.3): what Microsoft Entra ID signs with.</summary>
internal sealed class Rs256Key(string id, RSAParameters parameters) : IssuerKey(id)
{
    private readonly RSAParameters _parameters = parameters;
    private RSA? _idle;

    public override bool IsSameAs(IssuerKey other) => other is Rs256Key { _parameters: var p }
        && _parameters.Modulus.AsSpan().SequenceEqual(p.Modulus) && _parameters.Exponent.AsSpan().SequenceEqual(p.Exponent);

    public override bool Verify(ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != _parameters.Modulus!.Length)
            return false;
        // RSA promises nothing about concurrent use, so each verification has one to itself.
        var key = Interlocked.Exchange(ref _idle, null) ?? RSA.Create(_parameters);
        var valid = key.VerifyData(signed, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        Interlocked.Exchange(ref _idle, key)?.Dispose();
        return valid;
    }
}
