using System.Data.Common;
using System.Text;
using System.Text.Json;
using AgentMesh.A2A.Internal;

namespace AgentMesh.A2A;

/// <summary>Keeps registrations in SQLite or PostgreSQL, so that they survive a restart of the registry.</summary>
/// <param name="source">The database; not disposed of.</param>
public sealed class RelationalAgentRegistryStore(DbDataSource source) : IAgentRegistryStore
{
    private const string Schema = """
        CREATE TABLE IF NOT EXISTS a2a_registrations (
          name text NOT NULL, instance text NOT NULL, party text NOT NULL, card text NOT NULL, renewed bigint NOT NULL, PRIMARY KEY (name, instance))
        """;

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
    public async ValueTask SetAsync(RegisteredAgent agent, string instance, DateTimeOffset stale, CancellationToken cancellationToken)
    {
        await ExecuteAsync(
            """
            INSERT INTO a2a_registrations (name, instance, party, card, renewed) VALUES (@name, @instance, @party, @card, @renewed)
            ON CONFLICT (name, instance) DO UPDATE SET party = excluded.party, card = excluded.card, renewed = excluded.renewed
            """,
            cancellationToken, ("@name", agent.Name), ("@instance", instance), ("@party", agent.Party), ("@card", Encoding.UTF8.GetString(agent.CardJson.Span)),
            ("@renewed", agent.Renewed.ToUnixTimeMilliseconds())).ConfigureAwait(false);
        await ExecuteAsync(
            """
            DELETE FROM a2a_registrations WHERE name = @name AND instance <> @instance AND (renewed < @stale OR instance NOT IN (
              SELECT instance FROM a2a_registrations WHERE name = @name AND instance <> @instance ORDER BY renewed DESC, instance LIMIT @others))
            """,
            cancellationToken, ("@name", agent.Name), ("@instance", instance), ("@stale", stale.ToUnixTimeMilliseconds()),
            ("@others", IAgentRegistryStore.MostInstances - 1)).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DeleteAsync(string name, string instance, CancellationToken cancellationToken) => await ExecuteAsync(
        "DELETE FROM a2a_registrations WHERE name = @name AND instance = @instance", cancellationToken, ("@name", name), ("@instance", instance)).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<RegisteredAgent>> ListAsync(CancellationToken cancellationToken)
    {
        var connection = await source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        var rows = await connection.QueryAsync(
            """
            SELECT name, party, card, renewed FROM (
              SELECT name, party, card, renewed, ROW_NUMBER() OVER (PARTITION BY name ORDER BY renewed DESC, instance) AS latest FROM a2a_registrations) AS numbered
            WHERE latest = 1
            """,
            TryRead, cancellationToken).ConfigureAwait(false);
        return [.. rows.OfType<RegisteredAgent>()];
    }

    // What an earlier version took and this one does not must not hide the others; its agent registers again.
    private static RegisteredAgent? TryRead(DbDataReader reader)
    {
        var json = Encoding.UTF8.GetBytes(reader.GetString(2));
        try
        {
            return new()
            {
                Name = reader.GetString(0),
                Party = reader.GetString(1),
                CardJson = json,
                Card = AgentCardJson.Parse(json),
                Renewed = DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(3)),
            };
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private async Task ExecuteAsync(string sql, CancellationToken cancellationToken, params (string Name, object? Value)[] parameters)
    {
        var connection = await source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        await connection.ExecuteAsync(null, sql, cancellationToken, parameters).ConfigureAwait(false);
    }
}
