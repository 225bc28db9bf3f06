using System.Security.Cryptography;
using AgentMesh.AuthServer.Hosting;
using AgentMesh.AuthServer.Storage;
using Microsoft.EntityFrameworkCore;

namespace AgentMesh.AuthServer.Keys;

/// <summary>Signing keys in the database, encrypted. Any number of instances may call it at once.</summary>
internal sealed class SigningKeyStore(AuthDatabase database, KeyEncryption encryption)
{
    public async Task<IReadOnlyList<SigningKey>> LoadAsync(CancellationToken cancellationToken)
    {
        await using var context = database.CreateContext();
        var rows = await context.SigningKeys.AsNoTracking().OrderBy(row => row.Generation).ToListAsync(cancellationToken);
        return [.. rows.Select(Unprotect)];
    }

    /// <summary>Adds a generation unless another instance has just done so.</summary>
    public async Task AddAsync(int generation, DateTimeOffset activeFrom, CancellationToken cancellationToken)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var privateKey = key.ExportPkcs8PrivateKey();
        try
        {
            await using var context = database.CreateContext();
            context.SigningKeys.Add(new SigningKeyRow { Generation = generation, ActiveFrom = activeFrom, ProtectedKey = encryption.Protect(generation, privateKey) });
            await context.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException) when (!cancellationToken.IsCancellationRequested)
        {
            await using var context = database.CreateContext();
            if (!await context.SigningKeys.AnyAsync(row => row.Generation == generation, cancellationToken))
            {
                throw;
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(privateKey);
        }
    }

    public async Task RemoveAsync(IReadOnlyCollection<int> generations, CancellationToken cancellationToken)
    {
        await using var context = database.CreateContext();
        await context.SigningKeys.Where(row => generations.Contains(row.Generation)).ExecuteDeleteAsync(cancellationToken);
    }

    private SigningKey Unprotect(SigningKeyRow row)
    {
        byte[] privateKey;
        try
        {
            privateKey = encryption.Unprotect(row.Generation, row.ProtectedKey);
        }
        catch (CryptographicException wrongKey)
        {
            throw new StartupException($"Signing key {row.Generation} in the database cannot be decrypted: the key-encryption key (Mesh:AuthServer:KeyEncryptionKey or key-encryption.key in Mesh:AuthServer:DataDirectory) is not the one it was encrypted with. Restore that key, or empty the table SigningKeys to start with new ones.", wrongKey);
        }
        try
        {
            using var key = ECDsa.Create();
            key.ImportPkcs8PrivateKey(privateKey, out _);
            return new SigningKey(row.Generation, key.ExportParameters(includePrivateParameters: true), row.ActiveFrom);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(privateKey);
        }
    }
}
