using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using AgentMesh.Spiffe;
using AgentMesh.Testing;
using AgentMesh.WorkloadApi.Tests.Hosting;
using AgentMesh.WorkloadApi.Tests.Serving;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace AgentMesh.WorkloadApi.Tests.Documents;

public sealed class DocumentTests
{
    private static readonly HttpClient Http = new(new SocketsHttpHandler());

    [Fact]
    public async Task Another_authorization_server_verifies_a_token_with_nothing_but_the_discovery_document()
    {
        using var mesh = new TestMesh();
        await using var server = await RunningServer.StartAsync(mesh.Agent("me", TestMesh.ThisProcess));
        var token = await JwtSvidTests.FetchOneAsync(server, "api://AzureADTokenExchange");

        using var discovery = JsonDocument.Parse(await GetAsync($"{server.HttpAddress}/.well-known/openid-configuration"));
        var issuer = discovery.RootElement.GetProperty("issuer").GetString();
        var keys = new JsonWebKeySet(await GetAsync(discovery.RootElement.GetProperty("jwks_uri").GetString()!));
        var result = await new JsonWebTokenHandler().ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidIssuer = issuer,
            ValidAudience = "api://AzureADTokenExchange",
            IssuerSigningKeys = keys.GetSigningKeys(),
            LifetimeValidator = (_, expires, _, _) => expires > server.Time.GetUtcNow(),
        });

        Assert.True(result.IsValid, result.Exception?.Message);
        Assert.Equal(server.HttpAddress, issuer);
        Assert.Equal("ES256", discovery.RootElement.GetProperty("id_token_signing_alg_values_supported")[0].GetString());
        Assert.All(keys.Keys, k => Assert.Equal("sig", k.Use));
    }

    [Fact]
    public async Task A_configured_issuer_is_the_one_in_the_document_and_in_the_tokens()
    {
        using var mesh = new TestMesh();
        await using var server = await RunningServer.StartAsync(mesh.Agent("me", TestMesh.ThisProcess), "--Mesh:WorkloadApi:Issuer=https://workload.example/x");

        using var discovery = JsonDocument.Parse(await GetAsync($"{server.HttpAddress}/.well-known/openid-configuration"));

        Assert.Equal("https://workload.example/x", discovery.RootElement.GetProperty("issuer").GetString());
        Assert.Equal("https://workload.example/x/keys", discovery.RootElement.GetProperty("jwks_uri").GetString());
        Assert.Equal("https://workload.example/x", new JsonWebToken(await JwtSvidTests.FetchOneAsync(server, "a")).Issuer);
    }

    [Fact]
    [Proves("J3")]
    public async Task A_new_signing_key_is_in_the_key_set_before_it_signs_and_the_old_one_while_its_tokens_live()
    {
        using var mesh = new TestMesh();
        await using var server = await RunningServer.StartAsync(mesh.Operator("op", TestMesh.ThisProcess));
        var old = await KidAsync(server);

        var rotated = await server.Admin().RotateAsync(
            new() { Target = Protocol.RotationTarget.JwtAuthority }, UnixChannel.Header, cancellationToken: TestContext.Current.CancellationToken);
        var published = await KidsAsync(server);
        var stillSigning = await KidAsync(server);
        server.Time.Advance(TimeSpan.FromSeconds(10));
        var signing = await KidAsync(server);
        var overlap = await KidsAsync(server);
        server.Time.Advance(TimeSpan.FromMinutes(7));

        Assert.Equal(server.Time.GetUtcNow() - TimeSpan.FromMinutes(7), rotated.Effective.ToDateTimeOffset());
        Assert.Equal(2, published.Count);
        Assert.Equal(old, stillSigning);
        Assert.NotEqual(old, signing);
        Assert.Contains(signing, published);
        Assert.Contains(old, overlap);
        Assert.Equal([signing], await KidsAsync(server));
    }

    [Fact]
    [Proves("B1", "X5", "J3")]
    public async Task The_bundle_document_holds_both_kinds_of_authority_in_the_SPIFFE_format()
    {
        using var mesh = new TestMesh();
        await using var server = await RunningServer.StartAsync(mesh.Agent("me", TestMesh.ThisProcess));

        var text = await GetAsync($"{server.HttpAddress}/bundle");
        using var json = JsonDocument.Parse(text);
        var keys = json.RootElement.GetProperty("keys").EnumerateArray().ToArray();

        Assert.Equal(300, json.RootElement.GetProperty("spiffe_refresh_hint").GetInt32());
        Assert.True(json.RootElement.GetProperty("spiffe_sequence").GetUInt64() > 0);
        var x509 = Assert.Single(keys, k => k.GetProperty("use").GetString() == "x509-svid");
        Assert.False(x509.TryGetProperty("kid", out _));
        Assert.Single(x509.GetProperty("x5c").EnumerateArray());
        var jwt = Assert.Single(keys, k => k.GetProperty("use").GetString() == "jwt-svid");
        Assert.NotEmpty(jwt.GetProperty("kid").GetString()!);
    }

    [Fact]
    [Proves("B1")]
    public async Task Our_own_reader_reads_the_bundle_document_and_its_sequence_grows_with_each_change()
    {
        using var mesh = new TestMesh();
        await using var server = await RunningServer.StartAsync(mesh.Agent("me", TestMesh.ThisProcess).Operator("op", TestMesh.ThisProcess));

        var before = await BundleAsync(server);
        await server.Admin().RotateAsync(
            new() { Target = Protocol.RotationTarget.X509Authority }, UnixChannel.Header, cancellationToken: TestContext.Current.CancellationToken);
        var after = await BundleAsync(server);

        Assert.Single(before.X509Authorities);
        Assert.Equal(2, after.X509Authorities.Count);
        Assert.True(after.Sequence > before.Sequence);
        Assert.Equal(TimeSpan.FromMinutes(5), after.RefreshHint);
    }

    [Fact]
    [Proves("WE1")]
    public async Task The_HTTP_listener_serves_no_gRPC_and_the_socket_no_documents()
    {
        using var mesh = new TestMesh();
        await using var server = await RunningServer.StartAsync(mesh.Agent("me", TestMesh.ThisProcess));
        using var call = new HttpRequestMessage(HttpMethod.Post, $"{server.HttpAddress}/SpiffeWorkloadAPI/FetchX509SVID")
        {
            Content = new ByteArrayContent([0, 0, 0, 0, 0]) { Headers = { { "Content-Type", "application/grpc" } } },
            Headers = { { "workload.spiffe.io", "true" } },
        };
        using var overSocket = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellationToken) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(mesh.SocketPath), cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
        })
        { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };

        Assert.Equal(HttpStatusCode.NotFound, (await Http.SendAsync(call, TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await overSocket.GetAsync("http://localhost/bundle", TestContext.Current.CancellationToken)).StatusCode);
    }

    [Theory, InlineData("/health"), InlineData("/alive")]
    public async Task Health_is_on_the_loopback_listener(string path)
    {
        using var mesh = new TestMesh();
        await using var server = await RunningServer.StartAsync(mesh.Agent("me", TestMesh.ThisProcess));

        Assert.Equal("Healthy", await GetAsync(server.HttpAddress + path));
    }

    [Fact]
    public async Task Without_its_socket_the_server_is_not_ready()
    {
        using var mesh = new TestMesh();
        await using var server = await RunningServer.StartAsync(mesh.Agent("me", TestMesh.ThisProcess));

        File.Delete(mesh.SocketPath);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await Http.GetAsync($"{server.HttpAddress}/health", TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal("Healthy", await GetAsync($"{server.HttpAddress}/alive"));
    }

    private static async Task<string> GetAsync(string url) => await Http.GetStringAsync(url, TestContext.Current.CancellationToken);

    private static async Task<string> KidAsync(RunningServer server) => new JsonWebToken(await JwtSvidTests.FetchOneAsync(server, "a")).Kid;

    private static async Task<IReadOnlyList<string>> KidsAsync(RunningServer server) =>
        [.. new JsonWebKeySet(await GetAsync($"{server.HttpAddress}/keys")).Keys.Select(k => k.Kid)];

    private static async Task<SpiffeBundle> BundleAsync(RunningServer server) =>
        SpiffeBundle.Parse(TrustDomain.Parse("mesh.test"), System.Text.Encoding.UTF8.GetBytes(await GetAsync($"{server.HttpAddress}/bundle")));
}
