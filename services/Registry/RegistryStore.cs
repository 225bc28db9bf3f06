using AgentMesh.A2A;
using Microsoft.Data.Sqlite;

namespace AgentMesh.Registry;

/// <summary>Where registrations are kept: a SQLite file in <c>Mesh:DataDirectory</c>, so that they survive a restart; without the setting, memory.</summary>
internal static class RegistryStore
{
    private const string Setting = "Mesh:DataDirectory";

    /// <exception cref="ServiceDefaults.StartupException">The folder cannot be written.</exception>
    public static IAgentRegistryStore Create(IServiceProvider services)
    {
        if (services.GetRequiredService<IConfiguration>()[Setting] is not { Length: > 0 } folder)
            return new InMemoryAgentRegistryStore();
        try
        {
            Directory.CreateDirectory(folder);
            var file = new SqliteConnectionStringBuilder { DataSource = Path.Combine(folder, "registry.db") };
            var store = new RelationalAgentRegistryStore(SqliteFactory.Instance.CreateDataSource(file.ConnectionString));
            store.CreateSchema();
            return store;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or SqliteException)
        {
            throw new ServiceDefaults.StartupException($"{Setting} is {folder}, where no database can be written: {fault.Message} Set it (environment: Mesh__DataDirectory) to a folder that this process may write to.", fault);
        }
    }
}
