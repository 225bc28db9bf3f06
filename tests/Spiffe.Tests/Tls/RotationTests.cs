using System.Net;

namespace AgentMesh.Spiffe.Tests.Tls;

/// <summary>Which SVID a request goes out with.</summary>
public sealed class RotationTests : RotationFixture
{
    [Fact]
    public async Task The_request_after_a_rotation_uses_the_new_svid()
    {
        var first = Client.GetX509Svid();
        Assert.Equal(first.Thumbprint, await SendAsync());
        Assert.Equal(first.Thumbprint, await SendAsync());
        Assert.Single(Endpoint.Peers);

        var second = Rotate();

        Assert.Equal(second.Thumbprint, await SendAsync());
        Assert.Equal(2, Endpoint.Peers.Count);
    }

    [Fact]
    public async Task Only_one_request_makes_the_new_connection_and_the_others_do_not_wait_for_it()
    {
        var first = Client.GetX509Svid();
        await SendAsync();
        var second = Rotate();
        using var slow = new HttpRequestMessage(HttpMethod.Get, new Uri(Endpoint.Address, "/slower")) { Version = HttpVersion.Version20 };
        var arriving = Http.SendAsync(slow, Cancellation);

        Assert.Equal(first.Thumbprint, await SendAsync());
        Assert.Equal(first.Thumbprint, await SendAsync());
        // One that is bound to the new SVID waits for its connection, as it must.
        Assert.Equal(second.Thumbprint, await SendAsync(second));

        Release.SetResult();
        using var response = await arriving;
        Assert.Equal(second.Thumbprint, await response.Content.ReadAsStringAsync(Cancellation));
        Assert.Equal(second.Thumbprint, await SendAsync());
    }

    [Fact]
    public async Task Another_identity_counts_at_once()
    {
        await SendAsync();
        var other = Authority.IssueX509(Authority.Id("/agent/other"));
        Client.Update(other, [Authority.X509Bundle]);
        using var slow = new HttpRequestMessage(HttpMethod.Get, new Uri(Endpoint.Address, "/slower")) { Version = HttpVersion.Version20 };
        var arriving = Http.SendAsync(slow, Cancellation);

        Assert.Equal(other.Thumbprint, await SendAsync());

        Release.SetResult();
        (await arriving).Dispose();
    }

    [Fact]
    public async Task A_request_that_is_bound_to_an_svid_goes_out_with_that_one_whatever_has_rotated()
    {
        var first = Client.GetX509Svid();
        var second = Rotate();

        Assert.Equal(second.Thumbprint, await SendAsync());
        Assert.Equal(first.Thumbprint, await SendAsync(first));
        Assert.Equal(second.Thumbprint, await SendAsync());
        Assert.Equal(first.Thumbprint, await SendAsync(first));
        Assert.Equal(second.Thumbprint, await SendAsync(second));
        // Both kept their connection.
        Assert.Equal(2, Endpoint.Peers.Count);
    }

    [Fact]
    public async Task An_svid_that_comes_back_is_the_current_one_again()
    {
        var first = Client.GetX509Svid();
        await SendAsync();
        Rotate();
        await SendAsync();

        Client.Update(first, [Authority.X509Bundle]);

        Assert.Equal(first.Thumbprint, await SendAsync());
        Time.Advance(TimeSpan.FromSeconds(40));
        Assert.Equal(first.Thumbprint, await SendAsync());
        Assert.Equal(2, Endpoint.Peers.Count);
    }
}
