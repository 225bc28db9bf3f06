using System.Net;
using System.Security.Cryptography;
using Microsoft.Extensions.Time.Testing;

namespace AgentMesh.A2A.Tests.Cards;

public sealed class AgentCardEndpointTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_card_is_served_to_everybody_with_an_etag_and_an_age()
    {
        await using var server = await TestServer.StartAsync();
        using var nobody = server.CreateClient(caller: null, version: false);
        using var response = await nobody.GetAsync("/.well-known/agent-card.json", Cancellation);
        Assert.Equal("application/json", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal(TimeSpan.FromMinutes(5), response.Headers.CacheControl!.MaxAge);
        using var again = new HttpRequestMessage(HttpMethod.Get, "/.well-known/agent-card.json") { Headers = { IfNoneMatch = { response.Headers.ETag! } } };
        using var unchanged = await nobody.SendAsync(again, Cancellation);
        Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);
        Assert.Equal("scripted", AgentCardJson.Parse(await response.Content.ReadAsByteArrayAsync(Cancellation)).Name);
    }

    [Fact]
    public async Task A_signed_card_is_signed_anew_when_the_key_changes_and_only_then()
    {
        using var first = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var second = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var signer = new AgentCardSigner(first, "one");
        await using var server = await TestServer.StartAsync(options => options.CardSigner = () => signer);
        var before = await server.Http.GetByteArrayAsync("/.well-known/agent-card.json", Cancellation);
        Assert.Equal(before, await server.Http.GetByteArrayAsync("/.well-known/agent-card.json", Cancellation));
        signer = new AgentCardSigner(second, "two");
        var after = await server.Http.GetByteArrayAsync("/.well-known/agent-card.json", Cancellation);
        ECDsa? Find(string id) => id switch { "one" => first, "two" => second, _ => null };
        Assert.Equal("one", AgentCardVerifier.Verify(before, Find, out _)!.KeyId);
        Assert.Equal("two", AgentCardVerifier.Verify(after, Find, out _)!.KeyId);
    }

    [Fact]
    public async Task A_client_keeps_a_card_as_long_as_it_may_and_then_asks_whether_it_changed()
    {
        var time = new FakeTimeProvider();
        await using var server = await TestServer.StartAsync();
        var counting = new CountingHandler();
        using var http = new HttpClient(counting);
        var cards = new AgentCardClient(http, time);
        var first = await cards.GetAsync(server.Address, Cancellation);
        Assert.Same(first, await cards.GetAsync(server.Address, Cancellation));
        Assert.Equal([HttpStatusCode.OK], counting.Answers);
        time.Advance(TimeSpan.FromMinutes(6));
        Assert.Same(first, await cards.GetAsync(server.Address, Cancellation));
        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.NotModified], counting.Answers);
    }

    [Theory]
    [InlineData("https://evil.example/a2a")]
    [InlineData("http://127.0.0.1:1/a2a")]
    [InlineData("http://127.0.0.2/a2a")]
    [InlineData("/a2a")]
    public async Task A_card_that_names_another_host_is_refused(string elsewhere)
    {
        await using var server = await TestServer.StartAsync(options => options.Card = TestCards.Card(elsewhere));
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        var error = await Assert.ThrowsAsync<A2AException>(() => new AgentCardClient(http, TimeProvider.System).GetAsync(server.Address, Cancellation));
        Assert.Contains("another host", error.Message);
    }

    private sealed class CountingHandler() : DelegatingHandler(new SocketsHttpHandler { UseProxy = false })
    {
        public List<HttpStatusCode> Answers { get; } = [];

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            Answers.Add(response.StatusCode);
            return response;
        }
    }
}
