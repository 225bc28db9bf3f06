using AgentMesh.Testing;

namespace AgentMesh.Revocation.Tests.Running;

public sealed class Postgres : PostgresCluster, IAsyncLifetime;

/// <summary>The mesh with two authorization servers on one PostgreSQL, behind one address.</summary>
public sealed class TwoServerMesh : ProcessMesh
{
    internal static readonly string[] Servers = ["auth-server", "second"];

    private readonly Postgres _postgres = new();
    private string _database = "";

    /// <summary>Why the mesh does not run; null when it does.</summary>
    public string? Missing => _postgres.Missing;

    public override async ValueTask InitializeAsync()
    {
        await _postgres.InitializeAsync();
        if (Missing is not null)
            return;
        _database = await _postgres.CreateDatabaseAsync();
        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _postgres.DisposeAsync();
    }

    /// <summary>An approval ends with the task that it was asked for: no test should end with it on a busy machine.</summary>
    private protected override string TokenLifetime => "00:05:00";

    private protected override string[] AddAuthServers()
    {
        var key = Convert.ToBase64String(System.Security.Cryptography.RandomNumberGenerator.GetBytes(32));
        foreach (var server in Servers)
        {
            AddAsync(server, new()
            {
                ["Mesh__AuthServer__Database"] = "postgresql",
                ["Mesh__AuthServer__ConnectionString"] = _database,
                ["Mesh__AuthServer__KeyEncryptionKey"] = key,
                ["Mesh__AuthServer__ApprovalPollHold"] = "00:00:00",
                ["Mesh__AuditInstance"] = server,
            }, party: "auth-server");
        }
        return Servers;
    }
}
