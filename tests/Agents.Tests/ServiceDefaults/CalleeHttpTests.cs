using System.Net;
using System.Security.Authentication;
using System.Text;
using AgentMesh.Auth;
using AgentMesh.ServiceDefaults.Callees;

namespace AgentMesh.Agents.Tests.ServiceDefaults;

public sealed class CalleeHttpTests
{
    private sealed record Score(double Value);

    [Fact]
    public async Task An_answer_is_read() =>
        Assert.Equal(new Score(1.5), await CallAsync(() => Json(HttpStatusCode.OK, """{"value":1.5}""")));

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("<html>")]
    [InlineData("")]
    public async Task Nonsense_is_a_bad_answer(string body) =>
        Assert.Equal("bad_answer", (await FailAsync(() => Json(HttpStatusCode.OK, body))).Reason);

    [Fact]
    public async Task A_callee_that_refuses_the_input_is_quoted()
    {
        var e = await FailAsync(() => Json(HttpStatusCode.BadRequest, """{"detail":"The weight of IBM is -1.","status":400}""", "application/problem+json"));

        Assert.Equal((true, 400, "The weight of IBM is -1."), (e.IsCallersFault, e.Status!.Value, e.Message));
    }

    [Fact]
    public async Task A_callee_that_refuses_the_caller_gives_its_code_and_nothing_else()
    {
        var e = await FailAsync(() =>
        {
            var response = Json(HttpStatusCode.Forbidden, "");
            response.Headers.TryAddWithoutValidation("WWW-Authenticate", "Bearer error=\"insufficient_scope\", scope=\"trade.execute\"");
            return response;
        });

        Assert.Equal((false, "insufficient_scope", "trader answered 403 (insufficient_scope)."), (e.IsCallersFault, e.Reason, e.Message));
    }

    [Fact]
    public async Task A_long_or_hostile_detail_is_cut_to_one_short_line()
    {
        var e = await FailAsync(() => Json(HttpStatusCode.BadRequest, $$"""{"detail":"a\u001b[2J\n{{new string('x', 100_000)}}"}""", "application/problem+json"));

        Assert.InRange(e.Message.Length, 1, 510);
        Assert.DoesNotContain(e.Message, char.IsControl);
    }

    [Fact]
    public async Task What_went_wrong_inside_is_not_told()
    {
        Assert.Equal(("unreachable", "trader cannot be reached, or did not answer in time."), Describe(await FailAsync(() => throw new HttpRequestException("10.1.2.3:443 secret"))));
        Assert.Equal(("not_authenticated", "trader is not called: one side of the connection could not prove its identity."), Describe(await FailAsync(() => throw new HttpRequestException("tls", new AuthenticationException("chain of spiffe://x")))));
        Assert.Equal(("invalid_target", "trader was not called: there is no credential for that call (invalid_target)."), Describe(await FailAsync(() => throw new AgentAuthorizationException("invalid_target", "trader", "s", "the server at https://10.1.2.3 said no"))));
    }

    private static (string, string) Describe(CalleeException e) => (e.Reason, e.Message);

    private static HttpResponseMessage Json(HttpStatusCode status, string body, string type = "application/json") =>
        new(status) { Content = new StringContent(body, Encoding.UTF8, type) };

    private static async Task<Score> CallAsync(Func<HttpResponseMessage> answer)
    {
        using var http = new HttpClient(new Answering(answer)) { BaseAddress = new Uri("https://trader") };
        return await http.PostToCalleeAsync<Score>("score", new { }, TestContext.Current.CancellationToken);
    }

    private static Task<CalleeException> FailAsync(Func<HttpResponseMessage> answer) => Assert.ThrowsAsync<CalleeException>(() => CallAsync(answer));

    private sealed class Answering(Func<HttpResponseMessage> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(answer());
    }
}
