using AgentMesh.Manifest;

namespace AgentMesh.AuthServer.Hosting;

/// <summary>The folder of the SQLite database and the key file; only its owner may enter it.</summary>
internal static class DataDirectory
{
    public static string Prepare(AuthServerOptions options, MeshManifest manifest)
    {
        var directory = Path.GetFullPath(options.DataDirectory ?? Path.Combine(manifest.Root, ".mesh", "auth-server"));
        if (options.Database == DatabaseProvider.PostgreSql)
        {
            return directory;
        }
        try
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(directory);
            }
            else
            {
                Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
            return directory;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"Mesh:AuthServer:DataDirectory: {directory} cannot be made: {failure.Message}", failure);
        }
    }
}
