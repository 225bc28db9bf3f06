using System.Net;
using AgentMesh.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace AgentMesh.Spiffe.Tests.Tls;

/// <summary>Which SVID a request goes out with, and how long an old one lives.</summary>
public sealed class RotationTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());
    private readonly TestAuthority _authority;
    private readonly StaticSource _server;
    private readonly StaticSource _client;
    private readonly SpiffeHttpHandler _handler;
    private readonly HttpClient _http;
    private readonly TaskCompletionSource _release = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TlsServer _endpoint = null!;

    public RotationTests()
    {
        _authority = new TestAuthority("mesh.test", _time);
        _server = _authority.Source(_authority.Id("/agent/server"));
        _client = _authority.Source(_authority.Id("/agent/client"));
        _handler = SpiffeTls.CreateHandler(_client, _client, Authorize.Id(_authority.Id("/agent/server")), _time);
        _http = new HttpClient(_handler) { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _endpoint = await TlsServer.StartAsync(_server, _server, Authorize.AnyPeer(), _time, AnswerAsync);

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _endpoint.DisposeAsync();
        _authority.Dispose();
    }

    // "/slow" sends its headers at once and its body when released; everything else answers with the caller's thumbprint.
    private async Task AnswerAsync(HttpContext context)
    {
        if (context.Request.Path == "/slow")
        {
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await _release.Task.WaitAsync(context.RequestAborted);
        }
        await context.Response.WriteAsync(SpiffePeer.FromVerified(context.Connection.ClientCertificate!)!.Thumbprint);
    }

    private X509Svid Rotate()
    {
        var svid = _authority.IssueX509(_authority.Id("/agent/client"));
        _client.Update(svid, [_authority.X509Bundle]);
        return svid;
    }

    private async Task<string> SendAsync(X509Svid? svid = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, _endpoint.Address);
        request.Version = HttpVersion.Version20;
        if (svid is not null)
            request.Options.Set(SpiffeHttpHandler.SvidKey, svid);
        using var response = await _http.SendAsync(request, Cancellation);
        return await response.Content.ReadAsStringAsync(Cancellation);
    }

    private static bool IsDestroyed(X509Svid svid) => svid.Certificate.Handle == IntPtr.Zero;

    [Fact]
    public async Task The_request_after_a_rotation_uses_the_new_svid()
    {
        var first = _client.GetX509Svid();
        Assert.Equal(first.Thumbprint, await SendAsync());
        Assert.Equal(first.Thumbprint, await SendAsync());
        Assert.Single(_endpoint.Peers);

        var second = Rotate();

        Assert.Equal(second.Thumbprint, await SendAsync());
        Assert.Equal(2, _endpoint.Peers.Count);
    }

    [Fact]
    public async Task A_request_that_is_bound_to_an_svid_goes_out_with_that_one_whatever_has_rotated()
    {
        var first = _client.GetX509Svid();
        var second = Rotate();

        Assert.Equal(second.Thumbprint, await SendAsync());
        Assert.Equal(first.Thumbprint, await SendAsync(first));
        Assert.Equal(second.Thumbprint, await SendAsync());
        Assert.Equal(first.Thumbprint, await SendAsync(first));
        Assert.Equal(second.Thumbprint, await SendAsync(second));
        // Both kept their connection.
        Assert.Equal(2, _endpoint.Peers.Count);
    }

    [Fact]
    public async Task An_svid_that_comes_back_is_the_current_one_again()
    {
        var first = _client.GetX509Svid();
        await SendAsync();
        Rotate();
        await SendAsync();

        _client.Update(first, [_authority.X509Bundle]);

        Assert.Equal(first.Thumbprint, await SendAsync());
        _time.Advance(TimeSpan.FromSeconds(40));
        Assert.Equal(first.Thumbprint, await SendAsync());
        Assert.Equal(2, _endpoint.Peers.Count);
    }

    [Fact]
    public async Task An_old_key_lives_as_long_as_a_connection_of_its_own_and_no_longer()
    {
        var first = _client.GetX509Svid();
        using var slow = await _http.GetAsync(new Uri(_endpoint.Address, "/slow"), HttpCompletionOption.ResponseHeadersRead, Cancellation);
        Rotate();
        await SendAsync();

        first.Dispose();
        _time.Advance(TimeSpan.FromSeconds(15));
        _time.Advance(TimeSpan.FromSeconds(15));
        Assert.False(IsDestroyed(first));

        _release.SetResult();
        Assert.Equal(first.Thumbprint, await slow.Content.ReadAsStringAsync(Cancellation));
        while (!IsDestroyed(first))
            await Task.Delay(TimeSpan.FromMilliseconds(10), Cancellation);
    }

    [Fact]
    public async Task A_superseded_svid_that_nobody_uses_is_given_up()
    {
        var first = _client.GetX509Svid();
        await SendAsync();
        Rotate();
        await SendAsync();
        first.Dispose();
        Assert.False(IsDestroyed(first));

        _time.Advance(TimeSpan.FromSeconds(15));
        _time.Advance(TimeSpan.FromSeconds(15));

        while (!IsDestroyed(first))
            await Task.Delay(TimeSpan.FromMilliseconds(10), Cancellation);
        var error = await Assert.ThrowsAsync<System.Security.Authentication.AuthenticationException>(() => SendAsync(first));
        Assert.Contains("Take a new snapshot", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_sent_to_a_peer_whose_svid_has_expired_on_an_open_connection()
    {
        await SendAsync();
        var requests = _endpoint.Requests;

        _time.Advance(TimeSpan.FromMinutes(31));
        _client.Update(_authority.IssueX509(_authority.Id("/agent/client")), [_authority.X509Bundle]);
        await Assert.ThrowsAsync<HttpRequestException>(() => SendAsync());
        Assert.Equal(requests, _endpoint.Requests);

        // The twin: with a renewed server the call goes through.
        _server.Update(_authority.IssueX509(_authority.Id("/agent/server")), [_authority.X509Bundle]);
        Assert.Equal(_client.GetX509Svid().Thumbprint, await SendAsync());
    }

    [Fact]
    public async Task An_expired_peer_is_not_written_to_even_on_the_connection_of_an_unchanged_svid()
    {
        _client.Update(_authority.IssueX509(_authority.Id("/agent/client"), TimeSpan.FromHours(2)), [_authority.X509Bundle]);
        await SendAsync();
        var requests = _endpoint.Requests;

        _time.Advance(TimeSpan.FromMinutes(31));

        await Assert.ThrowsAsync<HttpRequestException>(() => SendAsync());
        Assert.Equal(requests, _endpoint.Requests);
    }

    [Fact]
    public async Task A_disposed_handler_sends_nothing_and_keeps_no_key()
    {
        var first = _client.GetX509Svid();
        await SendAsync();

        _handler.Dispose();
        first.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => new HttpMessageInvoker(_handler).SendAsync(new HttpRequestMessage(HttpMethod.Get, _endpoint.Address), Cancellation));
        while (!IsDestroyed(first))
            await Task.Delay(TimeSpan.FromMilliseconds(10), Cancellation);
    }
}
