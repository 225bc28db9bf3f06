using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using AgentMesh.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AgentMesh.A2A.Tests;

/// <summary>A scripted agent behind a real Kestrel on a port of loopback. The caller is whoever the header X-Caller says.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    public const string CallerHeader = "X-Caller";

    private readonly WebApplication _app;

    private TestServer(WebApplication app, ScriptedAgent agent, Uri address)
    {
        _app = app;
        Agent = agent;
        Address = address;
        Server = app.Services.GetRequiredService<A2AServer>();
        Http = CreateClient("alice");
    }

    public ScriptedAgent Agent { get; }

    public A2AServer Server { get; }

    public Uri Address { get; }

    /// <summary>Calls as alice.</summary>
    public HttpClient Http { get; }

    public static async Task<TestServer> StartAsync(
        Action<A2AServerOptions>? configure = null, ITaskStore? store = null, TimeProvider? time = null)
    {
        var port = FreePort.Take();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel().UseUrls($"http://127.0.0.1:{port}");
        builder.Services.AddSingleton(time ?? TimeProvider.System);
        if (store is not null)
            builder.Services.AddSingleton(store);
        builder.Services.AddSingleton<ScriptedAgent>();
        builder.Services.AddA2AServer<ScriptedAgent>((o, provider) =>
        {
            o.Card = TestCards.Card($"http://127.0.0.1:{port}/a2a");
            o.Owner = context => context.Request.Headers[CallerHeader].ToString() is { Length: > 0 } caller ? caller : null;
            configure?.Invoke(o);
        });
        var app = builder.Build();
        app.MapA2A("/a2a");
        app.MapAgentCard();
        await app.StartAsync();
        return new(app, app.Services.GetRequiredService<ScriptedAgent>(), new Uri($"http://127.0.0.1:{port}"));
    }

    public HttpClient CreateClient(string? caller, bool version = true)
    {
        var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = Address };
        if (caller is not null)
            http.DefaultRequestHeaders.Add(CallerHeader, caller);
        if (version)
            http.DefaultRequestHeaders.Add("A2A-Version", "1.0");
        return http;
    }

    /// <summary>One call over JSON-RPC; the whole answer.</summary>
    public async Task<JsonElement> RpcAsync(string method, string parameters, HttpClient? http = null)
    {
        using var response = await (http ?? Http).PostAsync("/a2a", Json($$"""{"jsonrpc":"2.0","id":1,"method":"{{method}}","params":{{parameters}}}"""));
        return JsonElement.Parse(await response.Content.ReadAsStringAsync());
    }

    /// <summary>One call over HTTP+JSON.</summary>
    public async Task<(HttpStatusCode Status, JsonElement Body)> RestAsync(HttpMethod method, string path, string? body = null, HttpClient? http = null)
    {
        using var request = new HttpRequestMessage(method, "/a2a" + path) { Content = body is null ? null : Json(body) };
        using var response = await (http ?? Http).SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return (response.StatusCode, text.Length == 0 ? default : JsonElement.Parse(text));
    }

    /// <summary>Follows alice's task until it is in a state.</summary>
    public async Task WaitForAsync(string taskId, TaskState state)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await foreach (var _ in Server.WatchAsync("alice", taskId, until: state, timeout.Token))
        {
        }
    }

    /// <summary>Parameters of a send; <paramref name="more"/> are further members of the message, each behind a comma.</summary>
    public static string Send(string text, string more = "") =>
        $$$"""{"message":{"messageId":"{{{Guid.NewGuid()}}}","role":"ROLE_USER","parts":[{"text":"{{{text}}}"}]{{{more}}}}}""";

    public static StringContent Json(string json) => new(json, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));

    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
