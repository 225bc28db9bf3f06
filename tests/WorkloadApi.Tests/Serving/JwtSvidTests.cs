using System.Text.Json;
using AgentMesh.Testing;
using AgentMesh.WorkloadApi.Tests.Hosting;
using Grpc.Core;
using Microsoft.IdentityModel.JsonWebTokens;

namespace AgentMesh.WorkloadApi.Tests.Serving;

public sealed class JwtSvidTests
{
    [Fact]
    [Proves("J1", "J2")]
    public async Task A_token_has_exactly_the_claims_and_the_header_that_the_standard_and_our_readers_want()
    {
        using var mesh = new TestMesh();
        await using var server = await RunningServer.StartAsync(mesh.Agent("me", TestMesh.ThisProcess));
        var now = server.Time.GetUtcNow().ToUnixTimeSeconds();

        var token = new JsonWebToken(await FetchOneAsync(server, "https://as.example/", "other"));
        using var header = JsonDocument.Parse(Base64UrlDecode(token.EncodedHeader));
        using var claims = JsonDocument.Parse(Base64UrlDecode(token.EncodedPayload));

        Assert.Equal(["alg", "kid", "typ"], header.RootElement.EnumerateObject().Select(p => p.Name));
        Assert.Equal("ES256", token.Alg);
        Assert.Equal("JWT", token.Typ);
        Assert.Equal(["sub", "aud", "iss", "iat", "exp", "jti"], claims.RootElement.EnumerateObject().Select(p => p.Name));
        Assert.Equal("spiffe://mesh.test/agent/me", token.Subject);
        Assert.Equal(["https://as.example/", "other"], token.Audiences);
        Assert.Equal(server.HttpAddress, token.Issuer);
        Assert.Equal(now, claims.RootElement.GetProperty("iat").GetInt64());
        Assert.Equal(now + 300, claims.RootElement.GetProperty("exp").GetInt64());
    }

    [Fact]
    [Proves("WA4", "WA10")]
    public async Task An_audience_is_mandatory_and_none_of_them_may_be_empty()
    {
        using var mesh = new TestMesh();
        await using var server = await RunningServer.StartAsync(mesh.Agent("me", TestMesh.ThisProcess));

        Assert.Equal(StatusCode.InvalidArgument, await RefusalAsync(server, new()));
        Assert.Equal(StatusCode.InvalidArgument, await RefusalAsync(server, new() { Audience = { "" } }));
        Assert.Equal(StatusCode.InvalidArgument, await RefusalAsync(server, new() { Audience = { "a", "" } }));
        Assert.Equal(StatusCode.InvalidArgument, await RefusalAsync(server, new() { Audience = { "a" }, SpiffeId = "not an id" }));
    }

    [Fact]
    [Proves("WA10")]
    public async Task Without_a_SPIFFE_ID_there_is_a_token_for_each_identity_and_with_one_only_that()
    {
        using var mesh = new TestMesh();
        await using var server = await RunningServer.StartAsync(mesh.Agent("one", TestMesh.ThisProcess).Agent("two", TestMesh.ThisProcess));
        var client = server.Workload();
        var cancel = TestContext.Current.CancellationToken;

        var all = await client.FetchJWTSVIDAsync(new() { Audience = { "a" } }, UnixChannel.Header, cancellationToken: cancel);
        var two = await client.FetchJWTSVIDAsync(new() { Audience = { "a" }, SpiffeId = "spiffe://mesh.test/agent/two" }, UnixChannel.Header, cancellationToken: cancel);

        Assert.Equal(["spiffe://mesh.test/agent/one", "spiffe://mesh.test/agent/two"], all.Svids.Select(s => new JsonWebToken(s.Svid).Subject));
        Assert.Equal("spiffe://mesh.test/agent/two", new JsonWebToken(Assert.Single(two.Svids).Svid).Subject);
    }

    [Fact]
    [Proves("WA7")]
    public async Task Somebody_elses_token_is_not_given_out()
    {
        using var mesh = new TestMesh();
        await using var server = await RunningServer.StartAsync(mesh.Agent("me", TestMesh.ThisProcess).Agent("other", "unix:path:/usr/bin/true"));

        Assert.Equal(StatusCode.PermissionDenied, await RefusalAsync(server, new() { Audience = { "a" }, SpiffeId = "spiffe://mesh.test/agent/other" }));
    }

    [Fact]
    [Proves("WA4")]
    public async Task Validation_wants_an_audience_and_a_token()
    {
        using var mesh = new TestMesh();
        await using var server = await RunningServer.StartAsync(mesh.Agent("me", TestMesh.ThisProcess));
        var token = await FetchOneAsync(server, "a");

        Assert.Equal(StatusCode.InvalidArgument, await ValidationRefusalAsync(server, "", token));
        Assert.Equal(StatusCode.InvalidArgument, await ValidationRefusalAsync(server, "a", ""));
    }

    [Fact]
    [Proves("WA10")]
    public async Task Validation_returns_the_claims_of_a_good_token_and_refuses_every_other()
    {
        using var mesh = new TestMesh();
        await using var server = await RunningServer.StartAsync(mesh.Agent("me", TestMesh.ThisProcess));
        var token = await FetchOneAsync(server, "a");

        var valid = await server.Workload().ValidateJWTSVIDAsync(
            new() { Audience = "a", Svid = token }, UnixChannel.Header, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal("spiffe://mesh.test/agent/me", valid.SpiffeId);
        Assert.Equal("spiffe://mesh.test/agent/me", valid.Claims.Fields["sub"].StringValue);
        Assert.Equal("a", valid.Claims.Fields["aud"].ListValue.Values.Single().StringValue);
        Assert.Equal(server.Time.GetUtcNow().ToUnixTimeSeconds() + 300, valid.Claims.Fields["exp"].NumberValue);
        Assert.Equal(StatusCode.InvalidArgument, await ValidationRefusalAsync(server, "b", token));
        Assert.Equal(StatusCode.InvalidArgument, await ValidationRefusalAsync(server, "a", token[..^4] + "AAAA"));
        Assert.Equal(StatusCode.InvalidArgument, await ValidationRefusalAsync(server, "a", "nonsense"));
        server.Time.Advance(TimeSpan.FromMinutes(6));
        Assert.Equal(StatusCode.InvalidArgument, await ValidationRefusalAsync(server, "a", token));
    }

    [Fact]
    public async Task No_token_or_key_is_logged_at_any_level()
    {
        using var mesh = new TestMesh();
        await using var server = await RunningServer.StartAsync(mesh.Agent("me", TestMesh.ThisProcess));

        var token = await FetchOneAsync(server, "a");
        await ValidationRefusalAsync(server, "b", token);
        var svid = (await X509SvidTests.FetchAsync(server)).Svids[0];

        var key = Convert.ToBase64String(svid.X509SvidKey.Span);
        Assert.All(server.Log.Lines, line =>
        {
            Assert.DoesNotContain(token.Split('.')[1], line, StringComparison.Ordinal);
            Assert.DoesNotContain(token.Split('.')[2], line, StringComparison.Ordinal);
            Assert.DoesNotContain(key[40..80], line, StringComparison.Ordinal);
        });
    }

    internal static async Task<string> FetchOneAsync(RunningServer server, params string[] audience)
    {
        var response = await server.Workload().FetchJWTSVIDAsync(
            new() { Audience = { audience } }, UnixChannel.Header, cancellationToken: TestContext.Current.CancellationToken);
        return Assert.Single(response.Svids).Svid;
    }

    private static byte[] Base64UrlDecode(string text) => System.Buffers.Text.Base64Url.DecodeFromChars(text);

    private static async Task<StatusCode> RefusalAsync(RunningServer server, Spiffe.Protocol.JWTSVIDRequest request) =>
        (await Assert.ThrowsAsync<RpcException>(async () =>
            await server.Workload().FetchJWTSVIDAsync(request, UnixChannel.Header, cancellationToken: TestContext.Current.CancellationToken))).StatusCode;

    private static async Task<StatusCode> ValidationRefusalAsync(RunningServer server, string audience, string token) =>
        (await Assert.ThrowsAsync<RpcException>(async () =>
            await server.Workload().ValidateJWTSVIDAsync(
                new() { Audience = audience, Svid = token }, UnixChannel.Header, cancellationToken: TestContext.Current.CancellationToken))).StatusCode;
}
