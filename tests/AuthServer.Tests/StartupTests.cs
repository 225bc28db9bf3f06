using AgentMesh.AuthServer.Hosting;
using AgentMesh.AuthServer.Tests.Fixtures;
using AgentMesh.Manifest;

namespace AgentMesh.AuthServer.Tests;

/// <summary>What is wrong with the configuration is one message that names the setting, before anything is served.</summary>
public sealed class StartupTests
{
    [Theory]
    [InlineData("Mesh:AuthServer:Databse", "x", "Mesh:AuthServer:Databse is no setting")]
    [InlineData("Mesh:AuthServer:Database", "oracle", "Mesh:AuthServer:Database")]
    [InlineData("Mesh:AuthServer:KeyRotationPeriod", "00:00:10", "Mesh:AuthServer:KeyRotationPeriod must be between")]
    [InlineData("Mesh:AuthServer:KeyPublishAhead", "23:00:00", "Mesh:AuthServer:KeyPublishAhead must be")]
    [InlineData("Mesh:AuthServer:MaxConnections", "0", "Mesh:AuthServer:MaxConnections must be between 1 and 1000000.")]
    [InlineData("Mesh:AuthServer:ApprovalPollInterval", "00:00:00", "Mesh:AuthServer:ApprovalPollInterval must be whole seconds between")]
    [InlineData("Mesh:AuthServer:ApprovalPollInterval", "00:00:01.5", "Mesh:AuthServer:ApprovalPollInterval must be whole seconds between")]
    [InlineData("Mesh:AuthServer:ApprovalPollHold", "00:00:31", "Mesh:AuthServer:ApprovalPollHold must be between")]
    [InlineData("Mesh:AuthServer:KeyEncryptionKey", "short", "expected 32 bytes in base64")]
    [InlineData("Mesh:Issuer", "http://127.0.0.1:7443/", "Mesh:Issuer must be an https address")]
    [InlineData("Mesh:Issuer", "https://127.0.0.1:7443/tenant", "Mesh:Issuer must be an https address")]
    [InlineData("Mesh:Issuer", "", "Mesh:Issuer must be set")]
    [InlineData("urls", "", "ASPNETCORE_URLS must be set")]
    [InlineData("urls", "https://127.0.0.1:0;http://0.0.0.0:0", "plain http on an address that other machines reach")]
    [InlineData("urls", "ftp://127.0.0.1:0", "neither an https nor an http address")]
    [InlineData("Mesh:AuthServer:DataDirectory", "/proc/nowhere", "Mesh:AuthServer:DataDirectory")]
    public async Task A_wrong_setting_is_named(string setting, string value, string message)
    {
        var refused = await Assert.ThrowsAsync<StartupException>(() => RunningServer.StartAsync(new ServerSetup { Arguments = [$"--{setting}={value}"] }));

        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
        Assert.Equal(refused.Message, StartupErrors.Explain(refused));
    }

    [Fact]
    public void A_manifest_with_errors_is_not_started_with()
    {
        Assert.Throws<ManifestException>(() => AuthServerHost.Build(
            ["--urls", "https://127.0.0.1:0", $"--Mesh:Issuer={TestMesh.Issuer}", "--Mesh:Manifest=/dev/null"]));
    }

    [Fact]
    public async Task Health_is_served_to_probes_from_outside_where_that_is_asked_for_and_nothing_else_is()
    {
        await using var server = await RunningServer.StartAsync(new ServerSetup { Arguments = ["--urls=https://127.0.0.1:0;http://0.0.0.0:0", "--Mesh:Server:AllowPlainHealth=true"] });
        using var client = new HttpClient(new SocketsHttpHandler());
        var plain = new UriBuilder(server.Http) { Host = "127.0.0.1" }.Uri;

        using var health = await client.GetAsync(new Uri(plain, "/health"), TestContext.Current.CancellationToken);
        using var metadata = await client.GetAsync(new Uri(plain, "/.well-known/oauth-authorization-server"), TestContext.Current.CancellationToken);

        Assert.Equal((System.Net.HttpStatusCode.OK, System.Net.HttpStatusCode.NotFound), (health.StatusCode, metadata.StatusCode));
    }

    [Fact]
    public async Task A_port_in_use_is_one_line()
    {
        await using var first = await RunningServer.StartAsync();

        var refused = await Assert.ThrowsAsync<IOException>(() => RunningServer.StartAsync(new ServerSetup { Arguments = ["--urls", $"{first.Https}"] }));

        Assert.Contains("ASPNETCORE_URLS", StartupErrors.Explain(refused), StringComparison.Ordinal);
    }
}
