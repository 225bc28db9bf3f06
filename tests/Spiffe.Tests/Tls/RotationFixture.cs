using System.Net;
using AgentMesh.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace AgentMesh.Spiffe.Tests.Tls;

/// <summary>A client and a server over mutual TLS whose SVIDs a test replaces.</summary>
public abstract class RotationFixture : IAsyncLifetime
{
    protected FakeTimeProvider Time { get; } = new(TimeProvider.System.GetUtcNow());
    protected TestAuthority Authority { get; }
    protected StaticSource Server { get; }
    protected StaticSource Client { get; }
    protected SpiffeHttpHandler Handler { get; }
    protected HttpClient Http { get; }
    protected TaskCompletionSource Release { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    protected TlsServer Endpoint { get; private set; } = null!;

    protected RotationFixture()
    {
        Authority = new TestAuthority("mesh.test", Time);
        Server = Authority.Source(Authority.Id("/agent/server"));
        Client = Authority.Source(Authority.Id("/agent/client"));
        Handler = SpiffeTls.CreateHandler(Client, Client, Authorize.Id(Authority.Id("/agent/server")), Time);
        Http = new HttpClient(Handler) { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
    }

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => Endpoint = await TlsServer.StartAsync(Server, Server, Authorize.AnyPeer(), Time, AnswerAsync);

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        Http.Dispose();
        await Endpoint.DisposeAsync();
        Authority.Dispose();
    }

    // "/slow" sends its headers at once and its body when released, "/slower" both when released; everything else answers with the caller's thumbprint.
    private async Task AnswerAsync(HttpContext context)
    {
        if (context.Request.Path == "/slow")
            await context.Response.Body.FlushAsync(context.RequestAborted);
        if (context.Request.Path.Value is "/slow" or "/slower")
            await Release.Task.WaitAsync(context.RequestAborted);
        await context.Response.WriteAsync(SpiffePeer.FromVerified(context.Connection.ClientCertificate!)!.Thumbprint);
    }

    protected X509Svid Rotate()
    {
        var svid = Authority.IssueX509(Authority.Id("/agent/client"));
        Client.Update(svid, [Authority.X509Bundle]);
        return svid;
    }

    protected async Task<string> SendAsync(X509Svid? svid = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Endpoint.Address);
        request.Version = HttpVersion.Version20;
        if (svid is not null)
            request.Options.Set(SpiffeHttpHandler.SvidKey, svid);
        using var response = await Http.SendAsync(request, Cancellation);
        return await response.Content.ReadAsStringAsync(Cancellation);
    }

    protected static bool IsDestroyed(X509Svid svid) => svid.Certificate.Handle == IntPtr.Zero;
}
