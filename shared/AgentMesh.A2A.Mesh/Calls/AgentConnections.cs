using System.Collections.Concurrent;
using AgentMesh.Auth;
using AgentMesh.Manifest;
using Microsoft.Extensions.DependencyInjection;

namespace AgentMesh.A2A.Mesh;

/// <summary>
/// The clients through which this party speaks A2A to others: one for each callee and set of scopes, each authenticating every request through
/// <see cref="AgentAuthHandler"/>. Safe for concurrent use.
/// </summary>
/// <param name="services">With the party's identity in it.</param>
public sealed class AgentConnections(IServiceProvider services) : IDisposable
{
    private readonly ConcurrentDictionary<(string Callee, string Scopes), Lazy<HttpClient>> _clients = new();

    /// <summary>A client for an agent, as its card says that it is to be called for a skill.</summary>
    /// <param name="agent">The agent, its card verified.</param>
    /// <param name="skill">The skill's id.</param>
    /// <param name="also">
    /// Scopes to be granted besides those that the card asks for; each must be on the edge. Where the callee takes no token they are what the call is
    /// recorded with.
    /// </param>
    /// <param name="options">Settings; the scheme and the credential are not among them.</param>
    /// <exception cref="SkillException"><c>auth_unsupported</c>: the card asks for what this party cannot or may not give.</exception>
    public A2AClient For(FoundAgent agent, string skill, A2AClientOptions? options = null, ScopeSet? also = null)
    {
        ArgumentNullException.ThrowIfNull(agent);
        ArgumentException.ThrowIfNullOrEmpty(skill);
        var identity = services.GetRequiredService<MeshIdentity>();
        var scopes = CardRequirements.Choose(agent, skill, identity);
        if (also is not null && (scopes.Count > 0 || agent.Party.Authentication == EdgeAuthentication.Mtls))
            scopes = ScopeSet.Of(scopes.Values.Concat(also.Values));
        return new A2AClient(Connection(agent.Party, scopes), agent.Card, options);
    }

    /// <summary>
    /// A client for the tasks that this party has at an agent, with what it is granted there without a person for the request that it serves now;
    /// null where that is nothing.
    /// </summary>
    internal A2AClient? ForTasks(FoundAgent agent)
    {
        var identity = services.GetRequiredService<MeshIdentity>();
        return identity.Party.Calls.TryGetValue(agent.Party.Name, out var edge) && edge.ScopesFor(DelegationContext.Current?.Scopes) is { Count: > 0 } scopes
            ? new A2AClient(Connection(agent.Party, ScopeSet.Of(scopes)), agent.Card)
            : null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var client in _clients.Values)
        {
            if (client.IsValueCreated)
                client.Value.Dispose();
        }
    }

    private HttpClient Connection(Party callee, ScopeSet scopes) =>
        _clients.GetOrAdd((callee.Name, scopes.ToString()), _ => new(() => Connect(callee, scopes))).Value;

    // Streams last as long as the task: whoever calls sets the time.
    private HttpClient Connect(Party callee, ScopeSet scopes) =>
        new(services.CreateAgentAuthHandler(callee.Name, [.. scopes.Values])) { Timeout = Timeout.InfiniteTimeSpan };
}
