namespace AgentMesh.Spiffe.Tests.Tls;

/// <summary>How long a key lives, and how long a peer is believed.</summary>
public sealed class SvidLifetimeTests : RotationFixture
{
    [Fact]
    public async Task An_old_key_lives_as_long_as_a_connection_of_its_own_and_no_longer()
    {
        var first = Client.GetX509Svid();
        using var slow = await Http.GetAsync(new Uri(Endpoint.Address, "/slow"), HttpCompletionOption.ResponseHeadersRead, Cancellation);
        Rotate();
        await SendAsync();

        first.Dispose();
        Time.Advance(TimeSpan.FromSeconds(15));
        Time.Advance(TimeSpan.FromSeconds(15));
        Assert.False(IsDestroyed(first));

        Release.SetResult();
        Assert.Equal(first.Thumbprint, await slow.Content.ReadAsStringAsync(Cancellation));
        while (!IsDestroyed(first))
            await Task.Delay(TimeSpan.FromMilliseconds(10), Cancellation);
    }

    [Fact]
    public async Task A_superseded_svid_that_nobody_uses_is_given_up()
    {
        var first = Client.GetX509Svid();
        await SendAsync();
        Rotate();
        await SendAsync();
        first.Dispose();
        Assert.False(IsDestroyed(first));

        Time.Advance(TimeSpan.FromSeconds(15));
        Time.Advance(TimeSpan.FromSeconds(15));

        while (!IsDestroyed(first))
            await Task.Delay(TimeSpan.FromMilliseconds(10), Cancellation);
        var error = await Assert.ThrowsAsync<System.Security.Authentication.AuthenticationException>(() => SendAsync(first));
        Assert.Contains("Take a new snapshot", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_sent_to_a_peer_whose_svid_has_expired_on_an_open_connection()
    {
        await SendAsync();
        var requests = Endpoint.Requests;

        Time.Advance(TimeSpan.FromMinutes(31));
        Client.Update(Authority.IssueX509(Authority.Id("/agent/client")), [Authority.X509Bundle]);
        await Assert.ThrowsAsync<HttpRequestException>(() => SendAsync());
        Assert.Equal(requests, Endpoint.Requests);

        // The twin: with a renewed server the call goes through.
        Server.Update(Authority.IssueX509(Authority.Id("/agent/server")), [Authority.X509Bundle]);
        Assert.Equal(Client.GetX509Svid().Thumbprint, await SendAsync());
    }

    [Fact]
    public async Task An_expired_peer_is_not_written_to_even_on_the_connection_of_an_unchanged_svid()
    {
        Client.Update(Authority.IssueX509(Authority.Id("/agent/client"), TimeSpan.FromHours(2)), [Authority.X509Bundle]);
        await SendAsync();
        var requests = Endpoint.Requests;

        Time.Advance(TimeSpan.FromMinutes(31));

        await Assert.ThrowsAsync<HttpRequestException>(() => SendAsync());
        Assert.Equal(requests, Endpoint.Requests);
    }

    [Fact]
    public async Task A_disposed_handler_sends_nothing_and_keeps_no_key()
    {
        var first = Client.GetX509Svid();
        await SendAsync();

        Handler.Dispose();
        first.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => new HttpMessageInvoker(Handler).SendAsync(new HttpRequestMessage(HttpMethod.Get, Endpoint.Address), Cancellation));
        while (!IsDestroyed(first))
            await Task.Delay(TimeSpan.FromMilliseconds(10), Cancellation);
    }
}
