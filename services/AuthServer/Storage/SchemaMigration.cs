using AgentMesh.AuthServer.Hosting;
using Microsoft.EntityFrameworkCore;

namespace AgentMesh.AuthServer.Storage;

/// <summary>Brings a database's schema up to date.</summary>
internal static class SchemaMigration
{
    /// <summary>Applies what is missing. Instances that start together wait for each other.</summary>
    /// <param name="create">Makes a context of the database.</param>
    /// <param name="turn">PostgreSQL's advisory lock that those instances take.</param>
    /// <param name="description">Names the database and the setting it comes from.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="StartupException">The database cannot be reached or written.</exception>
    public static async Task ApplyAsync(Func<DbContext> create, int turn, string description, CancellationToken cancellationToken)
    {
        try
        {
            // EF Core's own lock lasts for one migration on PostgreSQL; this one lasts until its connection is closed.
            await using var holder = create();
            var takesTurns = holder.Database.IsNpgsql();
            if (takesTurns)
            {
                await holder.Database.OpenConnectionAsync(cancellationToken);
                await holder.Database.ExecuteSqlAsync($"SELECT pg_advisory_lock({turn})", cancellationToken);
            }
            await using var context = create();
            await context.Database.MigrateAsync(cancellationToken);
            if (takesTurns)
                await holder.Database.ExecuteSqlAsync($"SELECT pg_advisory_unlock({turn})", cancellationToken);
        }
        catch (Exception failure) when (failure is System.Data.Common.DbException or InvalidOperationException or TimeoutException)
        {
            throw new StartupException($"The {description} cannot be opened: {failure.GetBaseException().Message}", failure);
        }
    }
}
