using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.DataProtection;

namespace AgentMesh.A2A;

/// <summary>
/// Encrypts what a store keeps with a key from a file that only its owner can read: AES-256-GCM, a fresh nonce each, the key derived for the purpose
/// (RFC 5869). Whoever has the database without the file has nothing.
/// </summary>
public sealed class KeyFileProtector : IDataProtector
{
    private const int KeyLength = 32;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static readonly int NonceLength = AesGcm.NonceByteSizes.MaxSize;
    private static readonly int TagLength = AesGcm.TagByteSizes.MaxSize;

    private readonly byte[] _key;

    private KeyFileProtector(byte[] key) => _key = key;

    /// <summary>Reads the key, or makes one where there is no file.</summary>
    /// <param name="path">The key's file, in a folder that exists.</param>
    /// <exception cref="IOException">The file cannot be read or made, holds no key, or is one that others can read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file is not this process's to read.</exception>
    public static KeyFileProtector Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!File.Exists(path))
            Create(path);
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & ~OwnerOnly) is not UnixFileMode.None)
            throw new IOException($"{path} can be read by others; make it mode 0600.");
        var key = File.ReadAllBytes(path);
        return key.Length == KeyLength ? new(key) : throw new IOException($"{path} does not hold a key of {KeyLength} bytes.");
    }

    /// <inheritdoc/>
    public IDataProtector CreateProtector(string purpose)
    {
        ArgumentException.ThrowIfNullOrEmpty(purpose);
        return new KeyFileProtector(HKDF.DeriveKey(HashAlgorithmName.SHA256, _key, KeyLength, info: Encoding.UTF8.GetBytes(purpose)));
    }

    /// <inheritdoc/>
    public byte[] Protect(byte[] plaintext)
    {
        ArgumentNullException.ThrowIfNull(plaintext);
        var all = new byte[NonceLength + TagLength + plaintext.Length];
        var nonce = all.AsSpan(0, NonceLength);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(_key, TagLength);
        aes.Encrypt(nonce, plaintext, all.AsSpan(NonceLength + TagLength), all.AsSpan(NonceLength, TagLength));
        return all;
    }

    /// <inheritdoc/>
    /// <exception cref="CryptographicException">Another key protected it, or it was changed.</exception>
    public byte[] Unprotect(byte[] protectedData)
    {
        ArgumentNullException.ThrowIfNull(protectedData);
        if (protectedData.Length < NonceLength + TagLength)
            throw new CryptographicException("Too short to have been protected.");
        var plaintext = new byte[protectedData.Length - NonceLength - TagLength];
        using var aes = new AesGcm(_key, TagLength);
        aes.Decrypt(protectedData.AsSpan(0, NonceLength), protectedData.AsSpan(NonceLength + TagLength), protectedData.AsSpan(NonceLength, TagLength), plaintext);
        return plaintext;
    }

    // Under another name first: nobody reads half a key, and of two processes that make one at once the first wins.
    private static void Create(string path)
    {
        var draft = $"{path}.{Guid.NewGuid():N}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerOnly;
        using (var file = new FileStream(draft, options))
        {
            file.Write(RandomNumberGenerator.GetBytes(KeyLength));
            file.Flush(flushToDisk: true);
        }
        try
        {
            File.Move(draft, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(draft);
        }
    }
}
