namespace AgentMesh.Deployment.Spire;

/// <summary>Writes the configuration of SPIRE's OIDC discovery provider, with which others verify JWT-SVIDs.</summary>
public static class SpireOidcConfiguration
{
    /// <summary>
    /// Writes the configuration. It serves public keys over plain HTTP and says so (<c>allow_insecure_scheme</c>): on one machine for
    /// development. Elsewhere TLS ends before it.
    /// </summary>
    /// <exception cref="ArgumentException">There is no domain, or a value cannot be written to the file.</exception>
    public static string Write(SpireOidcSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (settings.Domains.Count == 0)
            throw new ArgumentException("Domains is empty: name the hosts under which the provider is asked, for example localhost.", nameof(settings));

        return new HclWriter()
            .Set("log_level", "INFO")
            .Set("domains", settings.Domains)
            .Set("allow_insecure_scheme", true)
            .Set("insecure_addr", $":{settings.Port}")
            // Without it verifiers that look for signing keys find none.
            .Set("set_key_use", true)
            .Block("server_api", api => api.Set("address", "unix://" + settings.ServerSocketPath))
            .Block("health_checks", health => health
                .Set("bind_port", settings.HealthPort)
                .Set("live_path", "/live")
                .Set("ready_path", "/ready"))
            .ToString();
    }
}

/// <summary>What <see cref="SpireOidcConfiguration"/> needs.</summary>
public sealed record SpireOidcSettings
{
    /// <summary>Host names under which it is asked; it refuses others.</summary>
    public IReadOnlyList<string> Domains { get; init; } = ["localhost"];

    /// <summary>Port of the discovery document and the keys, 1 to 65535.</summary>
    public int Port { get; init; } = 8082;

    /// <summary>Port of the health checks, 1 to 65535.</summary>
    public int HealthPort { get; init; } = 8008;

    /// <summary>The server's administrative socket, as the provider sees it.</summary>
    public string ServerSocketPath { get; init; } = "/tmp/spire-server/private/api.sock";
}
