using System.Diagnostics;
using System.Text.Json;
using AgentMesh.A2A;
using AgentMesh.A2A.Mesh;
using AgentMesh.Auth;
using AgentMesh.Cli.Approvals;
using AgentMesh.Manifest;
using AgentMesh.Spiffe;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace AgentMesh.Cli.Demo;

/// <summary>This process as an operator of the mesh: its SVID from the Workload API, its calls through the same handler as the agents'.</summary>
internal sealed class OperatorSession : IAsyncDisposable
{
    private static readonly TimeSpan IdentityTimeout = TimeSpan.FromSeconds(10);

    // An answer may wait two minutes for a person.
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromMinutes(4);

    private readonly IHost _host;
    private readonly Edge _edge;
    private readonly Uri _address;

    private OperatorSession(IHost host, Edge edge, Uri address, string? contextId)
    {
        _host = host;
        _edge = edge;
        _address = address;
        ContextId = contextId ?? Guid.NewGuid().ToString();
    }

    /// <summary>All questions of a session are one conversation, and with this id those of a later session belong to it.</summary>
    public string ContextId { get; }

    /// <summary>What the operator decides with, as long as this session lasts.</summary>
    public ApprovalDesk CreateApprovalDesk(RunningMesh mesh) => new(
        _host.Services.GetRequiredService<SpiffeSource>(), mesh.Issuer, SpiffeId.Parse(mesh.Manifest.Services["auth-server"].SpiffeId));

    public X509Svid Svid => _host.Services.GetRequiredService<IX509SvidSource>().GetX509Svid();

    /// <param name="mesh">Where it runs.</param>
    /// <param name="edge">Whom it asks.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <param name="contextId">The conversation that it goes on with; null: a new one.</param>
    /// <exception cref="MeshException">The Workload API gives this process no identity.</exception>
    public static async Task<OperatorSession> StartAsync(RunningMesh mesh, Edge edge, CancellationToken cancellationToken, string? contextId = null)
    {
        // A person's terminal, beside a mesh on the same machine: what it asks for is on record with those that it asks, and it keeps no journal itself.
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = Environments.Development });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["SPIFFE_ENDPOINT_SOCKET"] = mesh.WorkloadApi,
            ["Mesh:Manifest"] = mesh.Manifest.Path,
            ["Mesh:Name"] = mesh.Operator.Name,
            ["Mesh:Issuer"] = mesh.Issuer.AbsoluteUri,
        });
        builder.Services.AddMeshIdentity(builder.Configuration);
        builder.Services.Configure<WorkloadApiClientOptions>(options => options.EndpointSocket = mesh.WorkloadApi);
        builder.Services.AddA2ACalls(builder.Configuration);

        var host = builder.Build();
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(IdentityTimeout);
        try
        {
            await host.StartAsync(timeout.Token);
            await host.Services.GetRequiredService<SpiffeSource>().WaitUntilReadyAsync(timeout.Token);
            return new OperatorSession(host, edge, mesh.Agents[edge.Callee.Name], contextId);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            host.Dispose();
            throw MeshException.Unavailable(
                $"the Workload API at {mesh.WorkloadApi} gives {Environment.ProcessPath} no identity. Operator '{mesh.Operator.Name}' in {mesh.Manifest.Path} is attested by its executable; start that one, or correct 'executable'.", e);
        }
    }

    /// <summary>Asks the entry agent over A2A. The trace begins here.</summary>
    /// <param name="question">The question.</param>
    /// <param name="portfolio">What it is about; null: what the conversation has been about.</param>
    /// <param name="cancellationToken">Gives up, and cancels the task.</param>
    /// <param name="heard">Hears what the agents report while they work, a line each.</param>
    /// <exception cref="MeshException">The agent refuses, fails, or does not answer.</exception>
    public async Task<Answer> AskAsync(string question, Portfolio? portfolio, CancellationToken cancellationToken, Action<string>? heard = null)
    {
        using var activity = new Activity("mesh ask").SetIdFormat(ActivityIdFormat.W3C);
        activity.ActivityTraceFlags = ActivityTraceFlags.Recorded;
        activity.Start();

        var started = Stopwatch.GetTimestamp();
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(AnswerTimeout);
        try
        {
            var entry = await EntryQuestion.PrepareAsync(_host.Services, _edge, _address, timeout.Token);
            var body = await entry.AskAsync(new { question, portfolio }, ContextId, heard ?? (static _ => { }), timeout.Token);
            return new Answer(
                body.GetProperty("answer").GetString() ?? "",
                Member(body, "model")?.GetString(),
                Member(body, "metrics"),
                Member(body, "order"),
                Member(body, "purchase")?.Deserialize<PurchaseOutcome>(JsonSerializerOptions.Web),
                [.. FailedSteps(body)],
                activity.TraceId.ToHexString(),
                Stopwatch.GetElapsedTime(started));
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw MeshException.Unavailable($"{_edge.Callee.Name}'s answer is not one to a question: {e.Message}", e);
        }
        catch (SkillException e)
        {
            throw MeshException.Unavailable($"{_edge.Callee.Name} answers {e.Reason}: {e.Message}", e);
        }
        catch (A2AException e)
        {
            throw MeshException.Unavailable($"{_edge.Callee.Name} answers {e.Code}: {e.Message}", e);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw MeshException.Unavailable($"{_edge.Callee.Name} did not answer within {AnswerTimeout.TotalMinutes:0} minutes.", e);
        }
        catch (Exception e) when (e is HttpRequestException or System.Security.Authentication.AuthenticationException)
        {
            throw MeshException.Unavailable($"{_edge.Callee.Name} cannot be asked: {e.Message}", e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        if (_host is IAsyncDisposable host)
            await host.DisposeAsync();
    }

    private static JsonElement? Member(JsonElement body, string name) =>
        body.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static IEnumerable<string> FailedSteps(JsonElement body)
    {
        if (Member(body, "steps") is not { ValueKind: JsonValueKind.Array } steps)
            yield break;
        foreach (var step in steps.EnumerateArray())
        {
            if (Member(step, "outcome")?.GetString() is { } outcome and not "ok")
                yield return $"{Member(step, "tool")?.GetString()}: {outcome}";
        }
    }
}
