using System.Security.Cryptography;

namespace AgentMesh.Auth.AspNetCore;

/// <summary>One ES256 key of the issuer. Signatures are verified with native keys that are made once and taken in turns.</summary>
internal sealed class IssuerKey(string id, ECParameters parameters)
{
    private const int SignatureLength = 64;
    private ECDsa? _idle;
    private volatile bool _withdrawn;

    public string Id => id;

    /// <summary>Whether the issuer no longer lists the key. Tokens it signed are refused from then on.</summary>
    public bool IsWithdrawn => _withdrawn;

    public void Withdraw() => _withdrawn = true;

    public bool IsSameAs(ECParameters other) =>
        parameters.Q.X.AsSpan().SequenceEqual(other.Q.X) && parameters.Q.Y.AsSpan().SequenceEqual(other.Q.Y);

    public bool IsSameAs(IssuerKey other) => other.IsSameAs(parameters);

    public bool Verify(ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != SignatureLength)
            return false;
        // ECDsa promises nothing about concurrent use, so each verification has one to itself.
        var key = Interlocked.Exchange(ref _idle, null) ?? ECDsa.Create(parameters);
        var valid = key.VerifyData(signed, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        Interlocked.Exchange(ref _idle, key)?.Dispose();
        return valid;
    }
}
