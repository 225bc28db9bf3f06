using System.Buffers.Binary;
using System.Security.Cryptography;

namespace AgentMesh.AuthServer.Keys;

/// <summary>
/// Encrypts signing keys at rest: AES-256-GCM, a fresh nonce each, bound to the key's generation so that rows cannot be swapped.
/// The key-encryption key never enters the database.
/// </summary>
internal sealed class KeyEncryption(byte[] keyEncryptionKey)
{
    public const int KeyLength = 32;
    private const int NonceLength = 12;
    private const int TagLength = 16;

    public byte[] Protect(int generation, ReadOnlySpan<byte> privateKey)
    {
        var protectedKey = new byte[NonceLength + TagLength + privateKey.Length];
        var nonce = protectedKey.AsSpan(0, NonceLength);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(keyEncryptionKey, TagLength);
        aes.Encrypt(nonce, privateKey, protectedKey.AsSpan(NonceLength + TagLength), protectedKey.AsSpan(NonceLength, TagLength), AssociatedData(generation));
        return protectedKey;
    }

    /// <exception cref="CryptographicException">Another key-encryption key protected it, or it was altered.</exception>
    public byte[] Unprotect(int generation, ReadOnlySpan<byte> protectedKey)
    {
        if (protectedKey.Length <= NonceLength + TagLength)
        {
            throw new CryptographicException("The protected signing key is too short.");
        }
        var privateKey = new byte[protectedKey.Length - NonceLength - TagLength];
        using var aes = new AesGcm(keyEncryptionKey, TagLength);
        aes.Decrypt(protectedKey[..NonceLength], protectedKey[(NonceLength + TagLength)..], protectedKey.Slice(NonceLength, TagLength), privateKey, AssociatedData(generation));
        return privateKey;
    }

    private static byte[] AssociatedData(int generation)
    {
        var data = "agentmesh signing key "u8.ToArray();
        Array.Resize(ref data, data.Length + sizeof(int));
        BinaryPrimitives.WriteInt32BigEndian(data.AsSpan(data.Length - sizeof(int)), generation);
        return data;
    }
}
