namespace AgentMesh.AuthServer.Hosting;

/// <summary>Settings of the configuration section <c>Mesh:AuthServer</c>.</summary>
public sealed class AuthServerOptions
{
    public const string Section = "Mesh:AuthServer";

    /// <summary><c>sqlite</c> (one instance) or <c>postgresql</c> (any number).</summary>
    public DatabaseProvider Database { get; set; }

    /// <summary>Defaults to a file in <see cref="DataDirectory"/> with SQLite; required with PostgreSQL.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>
    /// The audit ledger's database, of the same kind. Defaults to <c>audit-ledger.db</c> in <see cref="DataDirectory"/> with SQLite and to
    /// <see cref="ConnectionString"/> with PostgreSQL.
    /// </summary>
    public string? AuditConnectionString { get; set; }

    /// <summary>Where the SQLite databases and the key file are. Default: <c>.mesh/auth-server</c> beside the manifest.</summary>
    public string? DataDirectory { get; set; }

    /// <summary>Base64, 32 bytes: encrypts signing keys in the database.</summary>
    public string? KeyEncryptionKey { get; set; }

    /// <summary>A file with the same, readable by its owner only.</summary>
    public string? KeyEncryptionKeyFile { get; set; }

    /// <summary><c>none</c> (as SPIRE needs it) or <c>workloadApi</c> (this project's own): who ends the SVIDs of a party that is disabled.</summary>
    public SvidWithdrawal SvidWithdrawal { get; set; }

    /// <summary>How long one key signs. From 2 minutes to 90 days.</summary>
    public TimeSpan KeyRotationPeriod { get; set; } = TimeSpan.FromDays(1);

    /// <summary>How long before its first signature a key is published. At least a minute, at most half the period.</summary>
    public TimeSpan KeyPublishAhead { get; set; } = TimeSpan.FromHours(1);

    /// <summary>
    /// <c>interval</c> of OpenID CIBA §7.3, in whole seconds: how far apart a client's polls for one approval must begin. From 1 second to a minute.
    /// </summary>
    public TimeSpan ApprovalPollInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// For how long a poll is held while nobody has decided, so that a decision is answered at once (long polling). Zero answers every poll
    /// at once; at most 30 seconds.
    /// </summary>
    public TimeSpan ApprovalPollHold { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>How many bytes of its journals one party may ship to the ledger in a day. From 2 MiB; default 4 GiB, which is about six million records.</summary>
    public long AuditBytesPerDay { get; set; } = 4L * 1024 * 1024 * 1024;

    /// <summary>How many journals one party may begin in a day: one for each of its processes with a name of its own. From 1; default 200.</summary>
    public int AuditInstancesPerDay { get; set; } = 200;

    /// <summary>How far <c>iat</c> of a DPoP proof may be from now, either way (RFC 9449 §11.1). From 1 second to 5 minutes.</summary>
    public TimeSpan ProofWindow { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Most connections at a time; further ones are closed at once. Every agent holds one, on which it waits for events and asks for tokens, and a second
    /// for a moment whenever it renews it: two for each agent are enough. From 1 to 1,000,000; default 8192.
    /// </summary>
    public int MaxConnections { get; set; } = 8192;
}
