using System.Text.Json.Nodes;
using AgentMesh.Spiffe;
using AgentMesh.Testing;
using Microsoft.AspNetCore.Http;

namespace AgentMesh.Attacks.Tests.Mesh;

/// <summary>
/// A load balancer in front of the authorization server that somebody took over: it has the server's SVID, passes metadata and keys through, and
/// puts what it likes into the stream of security events. The signing key it has not.
/// </summary>
internal sealed class CompromisedFront : IAsyncDisposable
{
    private readonly AttackMesh _mesh;
    private readonly TlsServer _server;
    private readonly HttpClient _upstream;
    private volatile Injection? _injected;
    private readonly CancellationTokenSource _stopping = new();
    private volatile TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private CompromisedFront(AttackMesh mesh, TlsServer server, StaticSource identity) =>
        (_mesh, _server, _upstream) = (mesh, server, new HttpClient(SpiffeTls.CreateHandler(identity, identity, Authorize.AnyPeer(), mesh.Clock)));

    public Uri Address => new(_server.Address, "/");

    public static async Task<CompromisedFront> StartAsync(AttackMesh mesh)
    {
        var identity = mesh.SourceOf("auth-server");
        CompromisedFront? front = null;
        var server = await TlsServer.StartAsync(identity, identity, Authorize.AnyPeer(), mesh.Clock, context => front!.AnswerAsync(mesh, context));
        return front = new CompromisedFront(mesh, server, identity);
    }

    /// <summary>Sends an event to the risk-analyst until it has answered; one at a time.</summary>
    /// <returns>Null when the receiver acknowledged it, else why it was not believed.</returns>
    public async Task<string?> InjectAsync(string id, string token)
    {
        var injected = _injected = new(id, token);
        Interlocked.Exchange(ref _more, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
        // The receiver pauses, by the mesh's clock and for up to 7.5 s, before it asks one that told it nothing new.
        for (var patience = 0; patience < 200 && !injected.Outcome.Task.IsCompleted; patience++)
        {
            _mesh.Clock.Advance(TimeSpan.FromMilliseconds(50));
            await Task.WhenAny(injected.Outcome.Task, Task.Delay(50, TestContext.Current.CancellationToken));
        }
        return injected.Outcome.Task.IsCompleted ? await injected.Outcome.Task : throw new TimeoutException($"Nobody has answered to {id}.");
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _server.DisposeAsync();
        _upstream.Dispose();
        _stopping.Dispose();
    }

    private async Task AnswerAsync(AttackMesh mesh, HttpContext context)
    {
        if (context.Request.Path.StartsWithSegments("/events"))
        {
            await PollAsync(context);
            return;
        }
        using var answer = await _upstream.GetAsync(new Uri(mesh.Issuer.Address, context.Request.Path), context.RequestAborted);
        context.Response.StatusCode = (int)answer.StatusCode;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(await answer.Content.ReadAsStringAsync(context.RequestAborted));
    }

    // RFC 8936, with one listener that is of interest: the risk-analyst.
    private async Task PollAsync(HttpContext context)
    {
        var poll = (await JsonNode.ParseAsync(context.Request.Body))!.AsObject();
        var listener = TlsServer.PeerOf(context) == AttackManifest.IdOf("risk-analyst");
        foreach (var id in poll["ack"]?.AsArray() ?? [])
            Answered((string)id!, null);
        foreach (var (id, error) in poll["setErrs"]?.AsObject() ?? [])
            Answered(id, (string?)error!["description"]);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _stopping.Token);
        var sets = new JsonObject();
        while (sets.Count == 0 && (bool?)poll["returnImmediately"] != true && !ended.IsCancellationRequested)
        {
            var more = _more.Task;
            if (listener && _injected is { } next)
                sets[next.Id] = next.Token;
            else
                await more.WaitAsync(ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        await context.Response.WriteAsJsonAsync(new JsonObject { ["sets"] = sets, ["moreAvailable"] = false });
    }

    private void Answered(string id, string? fault)
    {
        if (_injected is { } injected && injected.Id == id)
        {
            _injected = null;
            injected.Outcome.TrySetResult(fault);
        }
    }

    private sealed record Injection(string Id, string Token)
    {
        public TaskCompletionSource<string?> Outcome { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
