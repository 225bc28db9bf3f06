using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using AgentMesh.A2A.Mesh.Tests.Mesh;
using AgentMesh.Auth.AspNetCore;
using AgentMesh.Mcp.Tests.Fixtures;
using AgentMesh.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace AgentMesh.Mcp.Tests.Access;

/// <summary>Who gets to the endpoint at all: the checks of every endpoint of an agent, and what those who fail them are told (RFC 9728 §5.1).</summary>
[Proves("T06", "T08", "T25")]
public sealed class McpConnectionTests : IAsyncLifetime
{
    private readonly ToolMesh _mesh = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private Uri Metadata => new(_mesh.Back.Address, ".well-known/oauth-protected-resource/mcp");

    public ValueTask InitializeAsync() => _mesh.InitializeAsync();

    [Fact]
    public async Task Without_a_token_a_caller_is_told_where_the_metadata_is_and_finds_there_what_to_ask_for()
    {
        var ann = _mesh.Chain.Caller("ann");

        var refused = await ListAsync(ann.Raw);
        var metadata = await ann.Raw.GetFromJsonAsync<JsonElement>(Metadata, Cancellation);
        var agents = await ann.Raw.GetFromJsonAsync<JsonElement>(new Uri(_mesh.Back.Address, ".well-known/oauth-protected-resource"), Cancellation);

        Assert.Equal(HttpStatusCode.Unauthorized, refused.Status);
        Assert.Equal($"Bearer resource_metadata=\"{Metadata}\", DPoP algs=\"ES256\"", refused.Challenge);
        Assert.Equal(_mesh.Endpoint.AbsoluteUri, metadata.GetProperty("resource").GetString());
        Assert.Equal([_mesh.Chain.Issuer.AbsoluteUri], Strings(metadata, "authorization_servers"));
        Assert.Equal(["back.do", "back.read"], Strings(metadata, "scopes_supported"));
        Assert.Equal(["header"], Strings(metadata, "bearer_methods_supported"));
        Assert.True(metadata.GetProperty("tls_client_certificate_bound_access_tokens").GetBoolean());
        Assert.Equal(ChainManifest.IdOf("back"), agents.GetProperty("resource").GetString());
    }

    [Fact]
    public async Task An_agent_of_mutual_TLS_alone_says_that_it_takes_no_token()
    {
        var metadata = await _mesh.Chain.Caller("ann").Raw.GetFromJsonAsync<JsonElement>(new Uri(_mesh.Plain.Address, ".well-known/oauth-protected-resource/mcp"), Cancellation);

        Assert.Equal(new Uri(_mesh.Plain.Address, "mcp").AbsoluteUri, metadata.GetProperty("resource").GetString());
        Assert.False(metadata.TryGetProperty("authorization_servers", out _));
    }

    [Fact]
    public async Task A_token_for_another_agent_is_refused_and_the_challenge_names_the_metadata()
    {
        var ann = _mesh.Chain.Caller("ann");
        using var http = ann.WithToken(await ann.TokenAsync("middle", "middle.work"));

        var refused = await ListAsync(http);

        Assert.Equal(HttpStatusCode.Unauthorized, refused.Status);
        Assert.StartsWith($"Bearer resource_metadata=\"{Metadata}\", error=\"invalid_token\"", refused.Challenge, StringComparison.Ordinal);
        Assert.Equal([$"{ChainManifest.IdOf("ann")} POST /mcp/ token_audience"], _mesh.Back.Audit.Denied);
    }

    [Fact]
    public async Task A_caller_without_the_scope_of_any_tool_is_refused_before_the_protocol()
    {
        var bob = _mesh.Chain.Caller("bob");

        var refused = await bob.Raw.PostMcpAsync(new Uri(_mesh.Plain.Address, "mcp"), "tools/list", new { });
        var honest = await _mesh.Chain.Caller("ann").Raw.PostMcpAsync(new Uri(_mesh.Plain.Address, "mcp"), "tools/list", new { });

        Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.OK), (refused.Status, honest.Status));
        Assert.Equal([$"{ChainManifest.IdOf("bob")} POST /mcp/ edge_unknown"], _mesh.Plain.Audit.Denied);
    }

    [Fact]
    public async Task A_token_that_somebody_else_was_given_is_refused()
    {
        using var http = _mesh.Chain.Caller("bob").WithToken(await _mesh.Chain.Caller("ann").TokenAsync("back", "back.read"));

        var refused = await ListAsync(http);

        Assert.Equal(HttpStatusCode.Unauthorized, refused.Status);
        Assert.Contains("cnf_mismatch", refused.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_that_is_revoked_between_two_requests_of_one_client_is_refused_at_the_next()
    {
        var ann = _mesh.Chain.Caller("ann");
        var token = await ann.TokenAsync("back", "back.read");
        await using var client = await ToolMesh.ConnectAsync(ann.WithToken(token), _mesh.Endpoint);
        Assert.NotEmpty(await client.ListToolsAsync(cancellationToken: Cancellation));

        _mesh.Back.Services.GetRequiredService<InMemoryRevocationState>().RevokeToken(TokenId(token), DateTimeOffset.MaxValue);

        var refused = await Assert.ThrowsAsync<HttpRequestException>(async () => await client.CallToolAsync("who", cancellationToken: Cancellation));
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Empty(_mesh.Runs.Seen);
        Assert.Contains(_mesh.Back.Audit.Events, each => each is { Decision: "deny", Reason: "token_revoked" });
    }

    [Fact]
    public async Task Without_a_certificate_nobody_gets_as_far_as_HTTP()
    {
        var bundle = _mesh.Chain.SourceOf("ann").FindX509Bundle(Spiffe.TrustDomain.Parse(ChainManifest.TrustDomain))!;
        using var http = new HttpClient(new SocketsHttpHandler
        {
            SslOptions = { RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.Issuer == bundle.Authorities[0].Subject },
        });

        await Assert.ThrowsAsync<HttpRequestException>(async () => await ListAsync(http));
    }

    [Fact]
    public async Task A_web_page_is_refused_and_on_record_although_the_browser_has_certificate_and_token()
    {
        var ann = _mesh.Chain.Caller("ann");
        using var http = ann.WithToken(await ann.TokenAsync("back", "back.read"));
        var honest = await ListAsync(http);
        http.DefaultRequestHeaders.Add("Origin", _mesh.Back.Address.GetLeftPart(UriPartial.Authority));

        var refused = await ListAsync(http);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Forbidden), (honest.Status, refused.Status));
        Assert.Equal("origin_refused", Assert.Single(_mesh.Back.Audit.Events, each => each.Decision == "deny").Reason);
    }

    [Fact]
    public async Task No_session_is_begun_and_none_is_taken()
    {
        var ann = _mesh.Chain.Caller("ann");
        using var http = ann.WithToken(await ann.TokenAsync("back", "back.read"));
        var answer = await ListAsync(http);
        http.DefaultRequestHeaders.Add("Mcp-Session-Id", "somebody-elses");

        var refused = await ListAsync(http);
        using var get = await http.GetAsync(_mesh.Endpoint, Cancellation);
        using var delete = await http.DeleteAsync(_mesh.Endpoint, Cancellation);

        Assert.Equal((HttpStatusCode.OK, false), (answer.Status, answer.NamesSession));
        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        Assert.Equal((HttpStatusCode.MethodNotAllowed, HttpStatusCode.MethodNotAllowed), (get.StatusCode, delete.StatusCode));
        Assert.Equal(["POST"], get.Content.Headers.Allow);
    }

    private Task<McpAnswer> ListAsync(HttpClient http) => http.PostMcpAsync(_mesh.Endpoint, "tools/list", new { });

    private static string TokenId(string token) =>
        JsonElement.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(token.Split('.')[1])).GetProperty("jti").GetString()!;

    private static IEnumerable<string?> Strings(JsonElement element, string name) => element.GetProperty(name).EnumerateArray().Select(each => each.GetString());

    public ValueTask DisposeAsync() => _mesh.DisposeAsync();
}
