using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using Npgsql;

namespace AgentMesh.ServiceDefaults;

/// <summary>
/// A PostgreSQL schema of an agent's own, named after it, so that agents that share a database do not share tasks. A search path in the connection
/// string is used instead.
/// </summary>
internal static class TaskSchema
{
    private const string Setting = "Mesh:Tasks:ConnectionString";

    /// <exception cref="StartupException">The database cannot be used.</exception>
    [SuppressMessage("Security", "CA2100", Justification = "The schema's name comes from the manifest, and is quoted.")]
    public static DbDataSource Open(string connectionString, string agent)
    {
        NpgsqlDataSource? source = null;
        try
        {
            var parsed = new NpgsqlConnectionStringBuilder(connectionString);
            if (!string.IsNullOrEmpty(parsed.SearchPath))
                return NpgsqlDataSource.Create(parsed);
            var schema = $"\"{agent.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
            parsed.SearchPath = schema;
            source = NpgsqlDataSource.Create(parsed);
            using var command = source.CreateCommand($"CREATE SCHEMA IF NOT EXISTS {schema}");
            command.ExecuteNonQuery();
            return source;
        }
        catch (Exception fault) when (fault is DbException or ArgumentException or FormatException)
        {
            source?.Dispose();
            throw new StartupException(fault is DbException ? Explain(fault) : $"{Setting} is no connection string of PostgreSQL: write Host=…;Database=…;Username=…;Password=….", fault);
        }
    }

    // The server's words; the connection string, which holds a password, is not among them.
    public static string Explain(Exception fault) =>
        $"{Setting}: the tasks cannot be kept there: {fault.Message} The database must be reachable, and its user must be allowed to create a schema or have one in the search path.";
}
