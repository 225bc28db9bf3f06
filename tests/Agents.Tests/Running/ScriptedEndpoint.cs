using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace AgentMesh.Agents.Tests.Running;

/// <summary>One answer of the endpoint: a call of a function, or words.</summary>
internal sealed record ScriptedTurn(string? Function, string Content, int Status = 200);

/// <summary>
/// An OpenAI-compatible endpoint whose model was taken over: it answers by script, or does whatever anything that it reads tells it to, and keeps every
/// byte that it was sent.
/// </summary>
internal sealed partial class ScriptedEndpoint : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<string> _seen = [];
    private readonly ConcurrentQueue<ScriptedTurn> _script = [];
    private Obedience? _obedience;

    private ScriptedEndpoint(WebApplication app)
    {
        _app = app;
        app.MapPost("/v1/chat/completions", AnswerAsync);
    }

    public Uri Address => new(new Uri(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()), "v1");

    /// <summary>The bodies of all requests.</summary>
    public string Seen => string.Join('\n', _seen);

    public static async Task<ScriptedEndpoint> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        var endpoint = new ScriptedEndpoint(builder.Build());
        await endpoint._app.StartAsync();
        return endpoint;
    }

    /// <summary>From now on the model calls each function that it reads it should call, with these arguments, once.</summary>
    public void Obey(IReadOnlyDictionary<string, string> arguments)
    {
        Script();
        _obedience = new(arguments);
    }

    public void Script(params ScriptedTurn[] turns)
    {
        _obedience = null;
        _script.Clear();
        _seen.Clear();
        foreach (var turn in turns)
            _script.Enqueue(turn);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var seen = await reader.ReadToEndAsync(context.RequestAborted);
        _seen.Enqueue(seen);
        if (!_script.TryDequeue(out var turn))
            turn = _obedience?.NextTurn(seen) ?? new ScriptedTurn(null, "The script is over.");
        // The newest order and approval of the conversation.
        turn = turn with { Content = turn.Content.Replace("{order}", OrderId().Matches(seen).LastOrDefault()?.Value, StringComparison.Ordinal).Replace("{approval}", ApprovalId().Matches(seen).LastOrDefault()?.Value, StringComparison.Ordinal) };
        context.Response.StatusCode = turn.Status;
        await context.Response.WriteAsJsonAsync(turn.Status == 200 ? Completion(turn) : new JsonObject { ["error"] = new JsonObject { ["message"] = turn.Content } }, context.RequestAborted);
    }

    [GeneratedRegex("ord-[0-9a-f]{16}")]
    private static partial Regex OrderId();

    [GeneratedRegex("approval-[0-9]+")]
    private static partial Regex ApprovalId();

    private static JsonObject Completion(ScriptedTurn turn) => new()
    {
        ["id"] = "c1",
        ["object"] = "chat.completion",
        ["created"] = 1,
        ["model"] = "taken-over",
        ["choices"] = new JsonArray(new JsonObject
        {
            ["index"] = 0,
            ["finish_reason"] = turn.Function is null ? "stop" : "tool_calls",
            ["message"] = turn.Function is null
                ? new JsonObject { ["role"] = "assistant", ["content"] = turn.Content }
                : new JsonObject
                {
                    ["role"] = "assistant",
                    ["tool_calls"] = new JsonArray(new JsonObject
                    {
                        ["id"] = "call_1",
                        ["type"] = "function",
                        ["function"] = new JsonObject { ["name"] = turn.Function, ["arguments"] = turn.Content },
                    }),
                },
        }),
    };
}
