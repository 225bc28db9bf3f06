using System.Diagnostics;
using System.Security.Authentication;
using System.Text.Json;
using AgentMesh.Auth;
using AgentMesh.Manifest;

namespace AgentMesh.A2A.Mesh;

/// <summary>
/// Calls one skill, whoever serves it: finds the agent, speaks A2A to it over a stream, and carries what happens there to the task being worked
/// on here. Canceling cancels the callee's task too.
/// </summary>
public sealed class SkillClient
{
    private readonly AgentDirectory _directory;
    private readonly AgentConnections _connections;
    private readonly TimeProvider _time;

    internal SkillClient(string skill, ScopeSet scopes, AgentDirectory directory, AgentConnections connections, TimeProvider time) =>
        (Skill, Scopes, _directory, _connections, _time) = (skill, scopes, directory, connections, time);

    /// <summary>The skill's id.</summary>
    public string Skill { get; }

    /// <summary>What the skill is used with: an agent that this party may not ask for these scopes is not called.</summary>
    public ScopeSet Scopes { get; }

    /// <summary>How long a call may take, approvals included. Default 4 minutes.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(4);

    /// <summary>Asks for one result.</summary>
    /// <typeparam name="TRequest">What the message's data part holds.</typeparam>
    /// <typeparam name="TResult">What the result artifact's data part holds.</typeparam>
    /// <param name="request">The request.</param>
    /// <param name="approved">What a person approved (<see cref="SkillApprovals"/>), where one of the scopes takes that; without it such a call is not made.</param>
    /// <param name="cancellationToken">Gives up, and cancels the callee's task.</param>
    /// <exception cref="SkillException">There is no result; <see cref="SkillException.Reason"/> says why.</exception>
    public async Task<TResult> CallAsync<TRequest, TResult>(TRequest request, ApprovedAction? approved = null, CancellationToken cancellationToken = default)
    {
        using var activity = SkillTelemetry.Source.StartActivity($"a2a.call {Skill}", ActivityKind.Client);
        using var timeout = new CancellationTokenSource(Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        FoundAgent? agent = null;
        try
        {
            agent = await _directory.FindAsync(Skill, Scopes, either.Token).ConfigureAwait(false);
            activity?.SetTag("agentmesh.callee", agent.Party.Name);
            var options = new A2AClientOptions { Prepare = approved is null ? null : new ApprovedMessage(approved).Attach };
            // A card of mutual TLS alone names no scopes; on record is what the edge is used for.
            var client = _connections.For(agent, Skill, options, agent.Party.Authentication == EdgeAuthentication.Mtls ? Scopes : null);
            // What was approved is good for the message alone; the task is followed with what needs no approval.
            var follow = approved is null ? client : _connections.ForTasks(agent) ?? client;
            var message = new Message
            {
                MessageId = Guid.NewGuid().ToString(),
                Role = Role.User,
                Parts = [Part.FromData(JsonSerializer.SerializeToElement(request, SkillJson.Options))],
                Metadata = SkillName.Metadata(Skill),
            };
            return Result<TResult>(agent, await FollowAsync(client, follow, agent, message, either.Token).ConfigureAwait(false));
        }
        catch (Exception exception) when (Explain(exception, agent, timeout, cancellationToken) is { } explained)
        {
            activity?.SetStatus(ActivityStatusCode.Error, explained.Reason).SetTag("error.type", explained.Reason);
            throw explained;
        }
    }

    private async Task<AgentTask> FollowAsync(A2AClient client, A2AClient follow, FoundAgent agent, Message message, CancellationToken cancellationToken)
    {
        await using var relay = new TaskRelay(agent.Party.Name);
        return await new TaskFollower(client, follow, relay.HearAsync, _time).RunAsync(message, cancellationToken).ConfigureAwait(false);
    }

    private static TResult Result<TResult>(FoundAgent agent, AgentTask task)
    {
        if (task.Status.State != TaskState.Completed)
            throw TaskOutcome.Failure(agent.Party.Name, task.Status);
        var data = (task.Artifacts ?? []).SelectMany(artifact => artifact.Parts).FirstOrDefault(part => part.Data is not null)?.Data;
        try
        {
            return data is { } given && given.Deserialize<TResult>(SkillJson.Options) is { } result ? result : throw new JsonException();
        }
        catch (JsonException exception)
        {
            throw new SkillException("bad_answer", $"{agent.Party.Name} answered something that is not the JSON it should be.", inner: exception);
        }
    }

    /// <summary>What went wrong, for a caller; null for what is to be thrown on as it is.</summary>
    private SkillException? Explain(Exception exception, FoundAgent? agent, CancellationTokenSource timeout, CancellationToken cancellationToken)
    {
        var name = agent?.Party.Name ?? Skill;
        switch (exception)
        {
            case SkillException:
                return null;
            case A2AException error:
                return TaskOutcome.Failure(name, error);
            case AgentAuthorizationException refused:
                return new(refused.Code, $"{name} was not called: there is no credential for that call ({refused.Code}).", inner: exception);
            case AuthenticationException or { InnerException: AuthenticationException }:
                return new("not_authenticated", $"{name} is not called: one side of the connection could not prove its identity.", inner: exception);
            case HttpRequestException or IOException:
                if (agent is not null)
                    _directory.Forget(agent);
                return new("unreachable", $"{name} cannot be reached, or did not answer in time.", inner: exception);
            case OperationCanceledException when timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested:
                return new("unreachable", $"{name} did not come to an end within {Timeout.TotalSeconds:0} s.", inner: exception);
            default:
                return null;
        }
    }
}
