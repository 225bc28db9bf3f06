using System.Net;
using System.Text;
using AgentMesh.AuthServer.Tests.Fixtures;
using AgentMesh.Testing;

namespace AgentMesh.AuthServer.Tests;

[Proves("JB1", "T10", "T38")]
public sealed class HostileInputTests
{
    [Theory]
    [InlineData("grant_type")]
    [InlineData("subject_token")]
    [InlineData("scope")]
    [InlineData("client_id")]
    [InlineData("requested_token_type")]
    public async Task A_repeated_parameter_is_refused(string name)
    {
        await using var server = await RunningServer.StartAsync();

        var answer = await server.ClientOf("advisor").ExchangeAsync(server.AdviceToken(), "risk-analyst", "risk.score", (name, "a"), (name, "b"));

        Refused.Because(server, answer, 400, "invalid_request", "repeated_parameter");
    }

    [Fact]
    public async Task An_endless_parameter_is_refused()
    {
        await using var server = await RunningServer.StartAsync();

        var answer = await server.ClientOf("advisor").ExchangeAsync(new string('a', 8193), "risk-analyst");

        Refused.Because(server, answer, 400, "invalid_request", "parameter_too_long");
    }

    [Theory]
    [InlineData(40 * 1024, 1)]
    [InlineData(1, 40)]
    public async Task A_form_beyond_the_limits_is_refused(int length, int count)
    {
        await using var server = await RunningServer.StartAsync();
        var fields = Enumerable.Range(0, count).Select(i => ($"field{i}", new string('a', length))).ToArray();

        var answer = await server.ClientOf("advisor").PostAsync("token", fields);

        Assert.Equal((400, "invalid_request"), (answer.Status, answer.Error));
    }

    [Fact]
    public async Task A_body_beyond_the_limit_is_refused()
    {
        await using var server = await RunningServer.StartAsync();
        using var body = new StringContent("grant_type=" + new string('a', 100 * 1024), Encoding.ASCII, "application/x-www-form-urlencoded");

        var answer = await server.ClientOf("advisor").PostAsync("token", body);

        Assert.Equal((413, "invalid_request"), (answer.Status, answer.Error));
    }

    [Theory]
    [InlineData("application/json", "{}")]
    [InlineData("text/plain", "grant_type=x")]
    [InlineData("multipart/form-data; boundary=x", "--x\r\n")]
    [InlineData("application/x-www-form-urlencoded", "")]
    [InlineData("application/x-www-form-urlencoded", "%%%=%%%&=&&=&grant_type=%00%ff")]
    [InlineData("application/x-www-form-urlencoded", "grant_type=client_credentials")]
    [InlineData("application/x-www-form-urlencoded", "grant_type=password&username=a&password=b")]
    [InlineData("application/x-www-form-urlencoded", "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange")]
    public async Task A_request_that_is_no_token_exchange_gets_an_OAuth_error(string type, string text)
    {
        await using var server = await RunningServer.StartAsync();
        using var body = new ByteArrayContent(Encoding.ASCII.GetBytes(text));
        body.Headers.TryAddWithoutValidation("Content-Type", type);

        var answer = await server.ClientOf("advisor").PostAsync("token", body);

        Assert.Equal(400, answer.Status);
        Assert.Contains(answer.Error, (string[])["invalid_request", "unsupported_grant_type"]);
    }

    [Fact]
    public async Task A_token_request_in_the_address_is_refused()
    {
        await using var server = await RunningServer.StartAsync();

        Assert.Equal((400, "invalid_request"), await StatusAndError(server.ClientOf("advisor").GetAsync("token?grant_type=x")));
        Assert.Equal((400, "invalid_request"), await StatusAndError(server.ClientOf("advisor").GetAsync("introspect?token=x")));
        Assert.Equal((400, "invalid_request"), await StatusAndError(server.ClientOf("advisor").GetAsync("revoke?token=x")));
    }

    [Theory]
    [MemberData(nameof(ForgedTokens))]
    public async Task A_token_that_this_server_would_not_have_written_is_refused(string kind)
    {
        await using var server = await RunningServer.StartAsync();
        var genuine = server.AdviceToken();

        var answer = await server.ClientOf("advisor").ExchangeAsync(Forgery.Of(kind, genuine), "risk-analyst", "risk.score");

        Refused.Because(server, answer, 400, "invalid_request", "subject_token_invalid");
        Assert.Equal(200, (await server.ClientOf("advisor").ExchangeAsync(genuine, "risk-analyst", "risk.score")).Status);
    }

    public static TheoryData<string> ForgedTokens => [.. Forgery.Kinds];

    [Fact]
    public async Task A_signed_token_without_a_binding_is_refused()
    {
        await using var server = await RunningServer.StartAsync();
        var token = Forgery.SignedByTheServer(server, claims => claims.Remove("cnf"));

        Refused.Because(server, await server.ClientOf("advisor").ExchangeAsync(token, "risk-analyst", "risk.score"), 400, "invalid_request", "subject_token_invalid");
    }

    [Fact]
    public async Task A_signed_token_of_another_issuer_is_refused()
    {
        await using var server = await RunningServer.StartAsync();
        var token = Forgery.SignedByTheServer(server, claims => claims["iss"] = "https://another-server.test/");

        Refused.Because(server, await server.ClientOf("advisor").ExchangeAsync(token, "risk-analyst", "risk.score"), 400, "invalid_request", "subject_token_invalid");
    }

    [Theory]
    [InlineData("token")]
    [InlineData(".well-known/oauth-authorization-server")]
    [InlineData("jwks")]
    public async Task Plain_http_serves_nothing_but_health(string path)
    {
        await using var server = await RunningServer.StartAsync();
        using var http = new HttpClient(new SocketsHttpHandler()) { BaseAddress = server.Http };

        using var secret = await http.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
        using var health = await http.GetAsync(new Uri("health", UriKind.Relative), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NotFound, secret.StatusCode);
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
    }

    private static async Task<(int, string?)> StatusAndError(Task<Answer> answer)
    {
        var done = await answer;
        return (done.Status, done.Error);
    }
}
