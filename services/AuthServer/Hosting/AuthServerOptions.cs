namespace AgentMesh.AuthServer.Hosting;

/// <summary>Settings of the configuration section <c>Mesh:AuthServer</c>.</summary>
public sealed class AuthServerOptions
{
    public const string Section = "Mesh:AuthServer";

    /// <summary><c>sqlite</c> (one instance) or <c>postgresql</c> (any number).</summary>
    public DatabaseProvider Database { get; set; }

    /// <summary>Defaults to a file in <see cref="DataDirectory"/> with SQLite; required with PostgreSQL.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>Where the SQLite database and the key file are. Default: <c>.mesh/auth-server</c> beside the manifest.</summary>
    public string? DataDirectory { get; set; }

    /// <summary>Base64, 32 bytes: encrypts signing keys in the database.</summary>
    public string? KeyEncryptionKey { get; set; }

    /// <summary>A file with the same, readable by its owner only.</summary>
    public string? KeyEncryptionKeyFile { get; set; }

    /// <summary>How long one key signs. From 2 minutes to 90 days.</summary>
    public TimeSpan KeyRotationPeriod { get; set; } = TimeSpan.FromDays(1);

    /// <summary>How long before its first signature a key is published. At least a minute, at most half the period.</summary>
    public TimeSpan KeyPublishAhead { get; set; } = TimeSpan.FromHours(1);
}
