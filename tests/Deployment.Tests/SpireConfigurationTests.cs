using AgentMesh.Deployment.Spire;

namespace AgentMesh.Deployment.Tests;

public sealed class SpireConfigurationTests
{
    [Fact]
    public void The_server_takes_trust_domain_and_lifetimes_from_the_manifest() => Snapshot.Matches(
        "server.conf",
        SpireServerConfiguration.Write(Sample.Manifest, new SpireServerSettings { JwtIssuer = new Uri("https://oidc.bank.example/"), BundleEndpointPort = 8443 }));

    [Fact]
    public void The_agent_trusts_its_server_by_bundle() => Snapshot.Matches(
        "agent.conf",
        SpireAgentConfiguration.Write(Sample.Manifest, new SpireAgentSettings { ServerAddress = "spire-server", AttestContainers = true }));

    [Fact]
    public void The_discovery_provider_serves_the_server_s_keys_to_named_hosts_only() => Snapshot.Matches(
        "oidc-discovery-provider.conf",
        SpireOidcConfiguration.Write(new SpireOidcSettings { Domains = ["localhost", "spire-oidc"] }));

    [Fact]
    public void A_discovery_provider_for_no_host_is_refused() =>
        Assert.Throws<ArgumentException>(() => SpireOidcConfiguration.Write(new SpireOidcSettings { Domains = [] }));

    [Fact]
    public void A_ca_that_would_cut_SVIDs_short_is_refused()
    {
        var settings = new SpireServerSettings { CaLifetime = TimeSpan.FromHours(2), AgentLifetime = TimeSpan.FromMinutes(10) };

        var error = Assert.Throws<ArgumentException>(() => SpireServerConfiguration.Write(Sample.Manifest, settings));

        Assert.Contains("six times lifetimes.x509Svid", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_agent_outlives_a_night_and_its_CA_outlives_the_agent()
    {
        Assert.True(new SpireServerSettings().AgentLifetime >= TimeSpan.FromHours(12));

        var error = Assert.Throws<ArgumentException>(() => SpireServerConfiguration.Write(Sample.Manifest, new SpireServerSettings { CaLifetime = TimeSpan.FromHours(71) }));

        Assert.Contains("six times AgentLifetime", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/data\n}\nplugins {")]
    [InlineData("/data/${HOME}")]
    public void A_path_that_would_change_the_files_meaning_is_refused(string path) => Assert.Throws<ArgumentException>(
        () => SpireServerConfiguration.Write(Sample.Manifest, new SpireServerSettings { DataDirectory = path }));

    [Fact]
    public void A_quote_or_backslash_in_a_path_stays_inside_the_string() => Assert.Contains(
        """data_dir = "C:\\spire\\\"x\"" """.TrimEnd(),
        SpireServerConfiguration.Write(Sample.Manifest, new SpireServerSettings { DataDirectory = """C:\spire\"x" """.TrimEnd() }),
        StringComparison.Ordinal);
}
