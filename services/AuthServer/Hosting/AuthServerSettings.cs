using AgentMesh.AuthServer.Audit;

namespace AgentMesh.AuthServer.Hosting;

/// <summary>Reads <see cref="AuthServerOptions"/>, refusing what is misspelt or out of range.</summary>
internal static class AuthServerSettings
{
    /// <exception cref="StartupException">One is unknown or out of range.</exception>
    public static AuthServerOptions Read(IConfigurationSection section)
    {
        var known = typeof(AuthServerOptions).GetProperties().Select(property => property.Name).ToArray();
        if (section.GetChildren().FirstOrDefault(setting => !known.Contains(setting.Key, StringComparer.OrdinalIgnoreCase)) is { } unknown)
        {
            throw new StartupException($"Mesh:AuthServer:{unknown.Key} is no setting. There are: {string.Join(", ", known)}.");
        }
        AuthServerOptions options;
        try
        {
            options = section.Get<AuthServerOptions>() ?? new();
        }
        catch (InvalidOperationException wrong)
        {
            throw new StartupException($"{wrong.Message} {wrong.InnerException?.Message}", wrong);
        }
        if (options.KeyRotationPeriod < TimeSpan.FromMinutes(2) || options.KeyRotationPeriod > TimeSpan.FromDays(90))
        {
            throw new StartupException("Mesh:AuthServer:KeyRotationPeriod must be between 00:02:00 and 90.00:00:00.");
        }
        if (options.KeyPublishAhead < TimeSpan.FromMinutes(1) || options.KeyPublishAhead > options.KeyRotationPeriod / 2)
        {
            throw new StartupException("Mesh:AuthServer:KeyPublishAhead must be at least 00:01:00 and at most half of Mesh:AuthServer:KeyRotationPeriod.");
        }
        if (options.ApprovalPollInterval < TimeSpan.FromSeconds(1) || options.ApprovalPollInterval > TimeSpan.FromMinutes(1) || options.ApprovalPollInterval.Ticks % TimeSpan.TicksPerSecond != 0)
        {
            throw new StartupException("Mesh:AuthServer:ApprovalPollInterval must be whole seconds between 00:00:01 and 00:01:00.");
        }
        if (options.ApprovalPollHold < TimeSpan.Zero || options.ApprovalPollHold > TimeSpan.FromSeconds(30))
        {
            throw new StartupException("Mesh:AuthServer:ApprovalPollHold must be between 00:00:00 and 00:00:30.");
        }
        if (options.AuditBytesPerDay < 2 * LedgerBatch.MaxBytes)
        {
            throw new StartupException($"Mesh:AuthServer:AuditBytesPerDay must be at least {2 * LedgerBatch.MaxBytes}.");
        }
        if (options.AuditInstancesPerDay < 1)
        {
            throw new StartupException("Mesh:AuthServer:AuditInstancesPerDay must be at least 1.");
        }
        if (options.ProofWindow < TimeSpan.FromSeconds(1) || options.ProofWindow > TimeSpan.FromMinutes(5))
        {
            throw new StartupException("Mesh:AuthServer:ProofWindow must be between 00:00:01 and 00:05:00.");
        }
        if (options.MaxConnections is < 1 or > 1_000_000)
        {
            throw new StartupException("Mesh:AuthServer:MaxConnections must be between 1 and 1000000.");
        }
        return options;
    }
}
