using System.Globalization;
using AgentMesh.Manifest;

namespace AgentMesh.Deployment.Spire;

/// <summary>Writes <c>server.conf</c> of a SPIRE server for a mesh.</summary>
public static class SpireServerConfiguration
{
    /// <summary>Writes the configuration. Lifetimes and trust domain come from the manifest, the rest from <paramref name="settings"/>.</summary>
    /// <exception cref="ArgumentException">The CA would not live at least six times as long as an X509-SVID or an agent's, or a path cannot be written.</exception>
    public static string Write(MeshManifest manifest, SpireServerSettings settings)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentNullException.ThrowIfNull(settings);

        // SPIRE itself warns below this factor: it renews the CA at half-life and would cut SVIDs short.
        foreach (var (name, lifetime) in new[] { ("lifetimes.x509Svid", manifest.Lifetimes.X509Svid), (nameof(settings.AgentLifetime), settings.AgentLifetime) })
        {
            if (settings.CaLifetime < lifetime * 6)
                throw new ArgumentException($"CaLifetime is {settings.CaLifetime}, less than six times {name} ({lifetime}): raise it.", nameof(settings));
        }

        return new HclWriter()
            .Block("server", server => WriteServer(server, manifest, settings))
            .Block("plugins", plugins => WritePlugins(plugins, settings))
            .WriteHealth(settings.HealthPort)
            .ToString();
    }

    private static void WriteServer(HclWriter server, MeshManifest manifest, SpireServerSettings settings)
    {
        server.Set("bind_address", settings.BindAddress)
            .Set("bind_port", settings.BindPort.ToString(CultureInfo.InvariantCulture))
            .Set("socket_path", settings.SocketPath)
            .Set("trust_domain", manifest.TrustDomain)
            .Set("data_dir", settings.DataDirectory)
            .Set("log_level", "INFO")
            .Set("ca_key_type", "ec-p256")
            .Set("ca_ttl", settings.CaLifetime)
            .Set("agent_ttl", settings.AgentLifetime)
            .Set("default_x509_svid_ttl", manifest.Lifetimes.X509Svid)
            .Set("default_jwt_svid_ttl", manifest.Lifetimes.JwtSvid);
        if (settings.JwtIssuer is { } issuer)
        {
            server.Set("jwt_issuer", issuer.AbsoluteUri);
        }

        if (settings.BundleEndpointPort is { } port)
        {
            server.Block("federation", federation => federation.Block("bundle_endpoint", endpoint => endpoint
                .Set("address", settings.BindAddress)
                .Set("port", port)
                .Block("profile \"https_spiffe\"", _ => { })));
        }
    }

    private static void WritePlugins(HclWriter plugins, SpireServerSettings settings) => plugins
        .Plugin("DataStore", "sql", data => data
            .Set("database_type", "sqlite3")
            .Set("connection_string", settings.DataDirectory + "/datastore.sqlite3"))
        .Plugin("KeyManager", "disk", data => data.Set("keys_path", settings.DataDirectory + "/keys.json"))
        .Plugin("NodeAttestor", "join_token", _ => { });
}
