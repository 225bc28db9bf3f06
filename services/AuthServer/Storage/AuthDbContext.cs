using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace AgentMesh.AuthServer.Storage;

/// <summary>
/// What must survive a restart and be shared by instances: signing keys, the log of security events with its receivers, approvals, and
/// DPoP proofs that were used. Clients are not in it (the manifest is the registry) and neither are tokens (they carry all their state), so
/// an exchange over mutual TLS never waits for the database.
/// </summary>
internal abstract class AuthDbContext(DbContextOptions options) : DbContext(options)
{
    public DbSet<SigningKeyRow> SigningKeys => Set<SigningKeyRow>();
    public DbSet<SecurityEventRow> SecurityEvents => Set<SecurityEventRow>();
    public DbSet<EventStreamRow> EventStreams => Set<EventStreamRow>();
    public DbSet<ApprovalRow> Approvals => Set<ApprovalRow>();
    public DbSet<UsedProofRow> UsedProofs => Set<UsedProofRow>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<SigningKeyRow>(entity =>
        {
            entity.ToTable("SigningKeys").HasKey(row => row.Generation);
            entity.Property(row => row.Generation).ValueGeneratedNever();
        });
        modelBuilder.Entity<SecurityEventRow>(entity =>
        {
            entity.ToTable("SecurityEvents").HasKey(row => row.Position);
            entity.HasIndex(row => row.Id).IsUnique();
            entity.Property(row => row.Id).HasMaxLength(64).IsRequired();
            entity.Property(row => row.Subject).HasMaxLength(2048);
            entity.Property(row => row.InitiatedBy).HasMaxLength(2048);
            entity.Property(row => row.Reason).HasMaxLength(256);
        });
        modelBuilder.Entity<EventStreamRow>(entity =>
        {
            entity.ToTable("EventStreams").HasKey(row => new { row.Receiver, row.Stream });
            entity.Property(row => row.Receiver).HasMaxLength(2048);
            entity.Property(row => row.Stream).HasMaxLength(64);
        });
        modelBuilder.Entity<ApprovalRow>(entity =>
        {
            entity.ToTable("Approvals").HasKey(row => row.Id);
            entity.HasIndex(row => row.RequestHash).IsUnique();
            entity.HasIndex(row => row.ExpiresAt);
            entity.Property(row => row.Id).HasMaxLength(64);
        });
        modelBuilder.Entity<UsedProofRow>(entity =>
        {
            entity.ToTable("UsedProofs").HasKey(row => row.Hash);
            entity.HasIndex(row => row.ExpiresAt);
            entity.Property(row => row.Hash).HasMaxLength(32);
        });
    }

    // Unix milliseconds on both providers: SQLite can neither order nor compare its text form of DateTimeOffset.
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) =>
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UnixMilliseconds>();

    private sealed class UnixMilliseconds()
        : ValueConverter<DateTimeOffset, long>(time => time.ToUnixTimeMilliseconds(), stored => DateTimeOffset.FromUnixTimeMilliseconds(stored));
}
