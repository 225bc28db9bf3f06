using System.Security.Cryptography;
using AgentMesh.AuthServer.Hosting;

namespace AgentMesh.AuthServer.Keys;

/// <summary>
/// Finds the key-encryption key: <c>Mesh:AuthServer:KeyEncryptionKey</c> (base64, 32 bytes, from a secret store), or a file that only
/// its owner can read. With SQLite the file is made on first use, because then one process owns the folder; instances that share a
/// PostgreSQL database must be given the same key.
/// </summary>
internal static class KeyEncryptionKey
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <exception cref="StartupException">No usable key; the message names the setting and the fix.</exception>
    public static byte[] Load(AuthServerOptions options, string dataDirectory)
    {
        if (options.KeyEncryptionKey is { Length: > 0 } configured)
        {
            return Decode(configured, "Mesh:AuthServer:KeyEncryptionKey");
        }
        if (options.KeyEncryptionKeyFile is { Length: > 0 } configuredFile)
        {
            return Read(configuredFile);
        }
        if (options.Database == DatabaseProvider.PostgreSql)
        {
            throw new StartupException("Mesh:AuthServer:KeyEncryptionKey (base64, 32 bytes) or Mesh:AuthServer:KeyEncryptionKeyFile must be set with postgresql: instances that share a database share the key that its signing keys are encrypted with. Make one with: openssl rand -base64 32");
        }

        var file = Path.Combine(dataDirectory, "key-encryption.key");
        if (!File.Exists(file))
        {
            Create(file);
        }
        return Read(file);
    }

    private static byte[] Read(string file)
    {
        try
        {
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file) & ~OwnerOnly) != 0)
            {
                throw new StartupException($"{file}: others than its owner can read the key that encrypts the signing keys. Run: chmod 600 {file}");
            }
            return Decode(File.ReadAllText(file), file);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"{file}: the key that encrypts the signing keys cannot be read: {unreadable.Message}", unreadable);
        }
    }

    private static byte[] Decode(string text, string source)
    {
        var key = new byte[KeyEncryption.KeyLength];
        return Convert.TryFromBase64String(text.Trim(), key, out var length) && length == KeyEncryption.KeyLength
            ? key
            : throw new StartupException($"{source}: expected 32 bytes in base64. Make some with: openssl rand -base64 32");
    }

    // Written whole under another name first: a second instance never reads half a key, and the first to finish wins.
    private static void Create(string file)
    {
        var unfinished = $"{file}.{Environment.ProcessId}";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }
        using (var writer = new StreamWriter(unfinished, options))
        {
            writer.WriteLine(Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeyEncryption.KeyLength)));
        }
        try
        {
            File.Move(unfinished, file, overwrite: false);
        }
        catch (IOException) when (File.Exists(file))
        {
            File.Delete(unfinished);
        }
    }
}
