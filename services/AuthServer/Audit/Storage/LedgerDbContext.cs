using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace AgentMesh.AuthServer.Audit.Storage;

/// <summary>
/// The audit ledger. A model and migrations of its own: with SQLite it is a file of its own, so that a batch being written never makes a
/// revocation wait for its turn; with PostgreSQL it can be given a database or a role of its own.
/// </summary>
internal abstract class LedgerDbContext(DbContextOptions options) : DbContext(options)
{
    public DbSet<AuditJournalRow> Journals => Set<AuditJournalRow>();
    public DbSet<AuditRecordRow> Records => Set<AuditRecordRow>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<AuditJournalRow>(entity =>
        {
            entity.ToTable("AuditJournals").HasKey(row => row.Id);
            entity.HasIndex(row => new { row.Party, row.Instance }).IsUnique();
            entity.Property(row => row.Party).HasMaxLength(2048);
            entity.Property(row => row.Instance).HasMaxLength(64);
        });
        modelBuilder.Entity<AuditRecordRow>(entity =>
        {
            entity.ToTable("AuditRecords").HasKey(row => row.Position);
            entity.Property(row => row.Position).ValueGeneratedNever();
            entity.HasIndex(row => new { row.JournalId, row.Seq }).IsUnique();
            entity.HasIndex(row => row.TraceId);
            entity.HasIndex(row => row.TransactionId);
            entity.HasIndex(row => row.Time);
            entity.Property(row => row.Hash).HasMaxLength(64);
        });
    }

    // Unix milliseconds on both providers, as in the rest of the server.
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) =>
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UnixMilliseconds>();

    private sealed class UnixMilliseconds()
        : ValueConverter<DateTimeOffset, long>(time => time.ToUnixTimeMilliseconds(), stored => DateTimeOffset.FromUnixTimeMilliseconds(stored));
}

internal sealed class SqliteLedgerDbContext(DbContextOptions<SqliteLedgerDbContext> options) : LedgerDbContext(options);

internal sealed class PostgreSqlLedgerDbContext(DbContextOptions<PostgreSqlLedgerDbContext> options) : LedgerDbContext(options);
