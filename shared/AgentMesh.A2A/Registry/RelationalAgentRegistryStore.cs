using System.Data.Common;
using System.Text;
using AgentMesh.A2A.Internal;

namespace AgentMesh.A2A;

/// <summary>Keeps registrations in SQLite or PostgreSQL, so that they survive a restart of the registry.</summary>
/// <param name="source">The database; not disposed of.</param>
public sealed class RelationalAgentRegistryStore(DbDataSource source) : IAgentRegistryStore
{
    private const string Schema = "CREATE TABLE IF NOT EXISTS a2a_agents (name text NOT NULL PRIMARY KEY, party text NOT NULL, card text NOT NULL, renewed bigint NOT NULL)";

    /// <summary>Creates the table if it is missing. Call once before use.</summary>
    public Task CreateSchemaAsync(CancellationToken cancellationToken = default) => ExecuteAsync(Schema, cancellationToken);

    /// <summary><see cref="CreateSchemaAsync"/> for a process that starts.</summary>
    public void CreateSchema()
    {
        using var connection = source.OpenConnection();
        using var command = connection.CreateCommand();
        command.CommandText = Schema;
        command.ExecuteNonQuery();
    }

    /// <inheritdoc/>
    public async ValueTask SetAsync(string name, string party, ReadOnlyMemory<byte> cardJson, DateTimeOffset renewed, CancellationToken cancellationToken) => await ExecuteAsync(
        """
        INSERT INTO a2a_agents (name, party, card, renewed) VALUES (@name, @party, @card, @renewed)
        ON CONFLICT (name) DO UPDATE SET party = excluded.party, card = excluded.card, renewed = excluded.renewed
        """,
        cancellationToken, ("@name", name), ("@party", party), ("@card", Encoding.UTF8.GetString(cardJson.Span)), ("@renewed", renewed.ToUnixTimeMilliseconds())).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask DeleteAsync(string name, CancellationToken cancellationToken) =>
        await ExecuteAsync("DELETE FROM a2a_agents WHERE name = @name", cancellationToken, ("@name", name)).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<RegisteredAgent>> ListAsync(CancellationToken cancellationToken)
    {
        var connection = await source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        return await connection.QueryAsync("SELECT name, party, card, renewed FROM a2a_agents", Read, cancellationToken).ConfigureAwait(false);
    }

    private static RegisteredAgent Read(DbDataReader reader)
    {
        var json = Encoding.UTF8.GetBytes(reader.GetString(2));
        return new()
        {
            Name = reader.GetString(0),
            Party = reader.GetString(1),
            CardJson = json,
            Card = AgentCardJson.Parse(json),
            Renewed = DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(3)),
        };
    }

    private async Task ExecuteAsync(string sql, CancellationToken cancellationToken, params (string Name, object? Value)[] parameters)
    {
        var connection = await source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        await connection.ExecuteAsync(null, sql, cancellationToken, parameters).ConfigureAwait(false);
    }
}
