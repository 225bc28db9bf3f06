using System.Security.Cryptography;

namespace AgentMesh.Auth;

/// <summary>
/// An ES256 key (RFC 7518 §3.4) for any number of requests at once: <see cref="ECDsa"/> promises nothing about concurrent use, so each operation has one to itself.
/// A key that is no longer used is left to its finalizer: requests may still be busy with it.
/// </summary>
/// <param name="parameters">P-256; with the private part, where the key signs.</param>
/// <param name="first">One that is there already, for the first operation.</param>
internal sealed class Es256(ECParameters parameters, ECDsa? first = null)
{
    public const int SignatureLength = 64;

    private ECDsa? _idle = first;

    public bool Verify(ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != SignatureLength)
            return false;
        var key = Rent();
        var valid = key.VerifyData(signed, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        Return(key);
        return valid;
    }

    public byte[] Sign(byte[] data)
    {
        var key = Rent();
        var signature = key.SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        Return(key);
        return signature;
    }

    private ECDsa Rent() => Interlocked.Exchange(ref _idle, null) ?? ECDsa.Create(parameters);

    private void Return(ECDsa key) => Interlocked.Exchange(ref _idle, key)?.Dispose();
}
