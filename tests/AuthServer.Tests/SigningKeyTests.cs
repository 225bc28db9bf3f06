using System.Runtime.Versioning;
using System.Text.Json.Nodes;
using AgentMesh.AuthServer.Hosting;
using AgentMesh.AuthServer.Keys;
using AgentMesh.AuthServer.Tests.Fixtures;
using AgentMesh.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace AgentMesh.AuthServer.Tests;

[UnsupportedOSPlatform("windows")]
public sealed class SigningKeyTests
{
    private static readonly TimeSpan Period = TimeSpan.FromDays(1);
    private static readonly TimeSpan Ahead = TimeSpan.FromHours(1);

    [Fact]
    public async Task A_key_is_published_before_it_signs_and_until_its_last_token_has_expired()
    {
        await using var server = await RunningServer.StartAsync();
        var client = server.AnonymousClient();
        var first = Assert.Single(await KeyIds(client));

        await AdvanceAsync(server, Period - Ahead);
        var published = await KeyIds(client);
        Assert.Equal(2, published.Count);
        Assert.Contains(first, published);
        var second = published.Single(id => id != first);
        Assert.Equal(first, SigningKeyId(server));

        var lastOfFirst = server.AdviceToken();
        await AdvanceAsync(server, Ahead);
        Assert.Equal(second, SigningKeyId(server));
        Assert.Contains(first, await KeyIds(client));

        await AdvanceAsync(server, TimeSpan.FromMinutes(7));
        Assert.Equal([second], await KeyIds(client));
        Assert.NotEqual(first, (string?)Jwt.Header(server.AdviceToken())["kid"]);
        Assert.Equal(first, (string?)Jwt.Header(lastOfFirst)["kid"]);
    }

    [Fact]
    public async Task A_token_signed_before_a_rotation_is_good_after_it()
    {
        await using var server = await RunningServer.StartAsync();
        await AdvanceAsync(server, Period - Ahead);
        await AdvanceAsync(server, Ahead - TimeSpan.FromMinutes(1));
        var token = server.AdviceToken();
        await AdvanceAsync(server, TimeSpan.FromMinutes(2));
        Assert.NotEqual(SigningKeyId(server), (string?)Jwt.Header(token)["kid"]);

        // The X509-SVID has expired meanwhile; the client has a new one.
        server.Identity.Update(server.Authority.IssueX509(server.Identity.GetX509Svid().Id), [server.Authority.X509Bundle], [server.Authority.JwtBundle]);
        Assert.Equal(200, (await server.ClientOf("advisor").ExchangeAsync(token, "risk-analyst", "risk.score")).Status);
    }

    [Fact]
    public async Task Keys_survive_a_restart()
    {
        using var folder = new TemporaryFolder();
        using var authority = new TestAuthority(TestMesh.TrustDomain);
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var setup = new ServerSetup { DataDirectory = folder, OwnsDataDirectory = false, Authority = authority, Time = time };
        string token;
        await using (var server = await RunningServer.StartAsync(setup))
        {
            token = server.AdviceToken();
        }

        await using var restarted = await RunningServer.StartAsync(setup);

        Assert.Equal((string?)Jwt.Header(token)["kid"], SigningKeyId(restarted));
        Assert.Equal(200, (await restarted.ClientOf("advisor").ExchangeAsync(token, "risk-analyst", "risk.score")).Status);
    }

    [Fact]
    public async Task The_database_holds_no_private_key_in_the_clear_and_the_key_file_is_its_owners_alone()
    {
        using var folder = new TemporaryFolder();
        byte[] scalar;
        await using (var server = await RunningServer.StartAsync(new ServerSetup { DataDirectory = folder, OwnsDataDirectory = false }))
        {
            var stored = Assert.Single(await server.Services.GetRequiredService<SigningKeyStore>().LoadAsync(TestContext.Current.CancellationToken));
            scalar = stored.ExportPrivateScalar();
        }
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();

        foreach (var file in Directory.EnumerateFiles(folder.Path))
        {
            Assert.Equal(-1, (await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken)).AsSpan().IndexOf(scalar));
        }
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(folder.Path, "key-encryption.key")));
    }

    [Fact]
    public async Task A_key_file_that_others_can_read_is_refused()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "key-encryption.key");
        await File.WriteAllTextAsync(file, Convert.ToBase64String(new byte[32]), TestContext.Current.CancellationToken);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);

        var refused = await Assert.ThrowsAsync<StartupException>(() => RunningServer.StartAsync(new ServerSetup { DataDirectory = folder, OwnsDataDirectory = false }));

        Assert.Contains("chmod 600", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_key_encryption_key_is_a_clear_error()
    {
        using var folder = new TemporaryFolder();
        await using (await RunningServer.StartAsync(new ServerSetup { DataDirectory = folder, OwnsDataDirectory = false }))
        {
        }
        var setup = new ServerSetup { DataDirectory = folder, OwnsDataDirectory = false, Arguments = [$"--Mesh:AuthServer:KeyEncryptionKey={Convert.ToBase64String(new byte[32])}"] };

        var refused = await Assert.ThrowsAsync<StartupException>(() => RunningServer.StartAsync(setup));

        Assert.Contains("Mesh:AuthServer:KeyEncryptionKey", refused.Message, StringComparison.Ordinal);
    }

    // One rotation round at the new time, as the timer would make it, but awaited.
    private static async Task AdvanceAsync(RunningServer server, TimeSpan by)
    {
        server.Time.Advance(by);
        await server.Services.GetRequiredService<KeyRotation>().RotateAsync(TestContext.Current.CancellationToken);
    }

    private static string SigningKeyId(RunningServer server) => (string)Jwt.Header(server.AdviceToken())["kid"]!;

    private static async Task<IReadOnlyList<string>> KeyIds(TestClient client)
    {
        var answer = await client.GetAsync("jwks");
        Assert.Equal("public, max-age=300", answer.CacheControl);
        return [.. answer.Body["keys"]!.AsArray().Select(key => KeyId(key!.AsObject()))];
    }

    private static string KeyId(JsonObject key)
    {
        Assert.Equal(("EC", "P-256", "ES256", "sig"), ((string?)key["kty"], (string?)key["crv"], (string?)key["alg"], (string?)key["use"]));
        Assert.False(key.ContainsKey("d"));
        return (string)key["kid"]!;
    }
}
