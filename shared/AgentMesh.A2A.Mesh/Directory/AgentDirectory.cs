using System.Collections.Concurrent;
using AgentMesh.Auth;
using AgentMesh.Manifest;
using AgentMesh.Spiffe;
using Microsoft.Extensions.Logging;

namespace AgentMesh.A2A.Mesh;

/// <summary>
/// Finds agents in the registry by what they can do. The registry is not believed: an agent is used only if the manifest lets this party call it
/// with the scopes that are meant for the skill, and its card is signed with its own SVID. Safe for concurrent use.
/// </summary>
public sealed partial class AgentDirectory
{
    private static readonly TimeSpan KeepFor = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestSearch = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(150);

    private readonly RegistryConnection _registry;
    private readonly MeshIdentity _identity;
    private readonly IX509BundleSource _bundles;
    private readonly CardTrust _trust;
    private readonly TimeProvider _time;
    private readonly ILogger<AgentDirectory> _logger;
    private readonly ConcurrentDictionary<(string Skill, string Scopes), (FoundAgent Agent, DateTimeOffset Until)> _found = new();

    /// <summary>Makes a directory.</summary>
    /// <param name="registry">Where agents register.</param>
    /// <param name="identity">Who looks for them.</param>
    /// <param name="bundles">What their SVIDs must chain to.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Hears of cards that are not believed.</param>
    public AgentDirectory(RegistryConnection registry, MeshIdentity identity, IX509BundleSource bundles, TimeProvider time, ILogger<AgentDirectory> logger) =>
        (_registry, _identity, _bundles, _trust, _time, _logger) = (registry, identity, bundles, new(bundles, time), time, logger);

    /// <summary>The agent that serves a skill. Looks again for some seconds: an agent that has just started may not have registered yet.</summary>
    /// <param name="skill">The skill's id.</param>
    /// <param name="scopes">What the skill is meant to be used with; an agent that this party may not ask for them is none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SkillException"><c>no_agent</c>: there is none.</exception>
    public async Task<FoundAgent> FindAsync(string skill, ScopeSet scopes, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(skill);
        ArgumentNullException.ThrowIfNull(scopes);
        var key = (skill, scopes.ToString());
        if (_found.TryGetValue(key, out var kept) && _time.GetUtcNow() < kept.Until)
            return kept.Agent;
        var started = _time.GetTimestamp();
        for (var healthyOnly = true; ; healthyOnly = _time.GetElapsedTime(started) < LongestSearch / 2)
        {
            if (await SearchAsync(skill, scopes, healthyOnly, cancellationToken).ConfigureAwait(false) is { } agent)
            {
                _found[key] = (agent, _time.GetUtcNow() + KeepFor);
                return agent;
            }
            if (_registry.Client is null || _time.GetElapsedTime(started) >= LongestSearch)
                throw new SkillException("no_agent", $"No agent that {_identity.Party.Name} may call is registered for the skill {skill}.");
            await Task.Delay(Pause, _time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The card of an agent whose address is known, fetched from the agent itself.</summary>
    /// <param name="agent">The agent.</param>
    /// <param name="address">Where it is.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SkillException"><c>card_refused</c>: what it gave is not believed.</exception>
    /// <exception cref="A2AException">It gave no card.</exception>
    /// <exception cref="HttpRequestException">It cannot be reached.</exception>
    public async Task<FoundAgent> FetchAsync(Party agent, Uri address, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(agent);
        var id = SpiffeId.Parse(agent.SpiffeId);
        using var http = new HttpClient(SpiffeTls.CreateHandler(_identity, _bundles, Authorize.Id(id), _time));
        var fetched = await new AgentCardClient(http, _time).GetAsync(address, cancellationToken).ConfigureAwait(false);
        if (_trust.Verify(fetched.Json, id, out var reason) is { } verified && verified.Card.Name == agent.Name)
            return new FoundAgent(agent, verified.Card);
        throw new SkillException("card_refused", $"The card of {agent.Name} is not believed: {(reason.Length > 0 ? reason : "it is of another name.")}");
    }

    /// <summary>Looks a skill up anew the next time, because the agent that was found for it did not answer.</summary>
    /// <param name="agent">The agent.</param>
    public void Forget(FoundAgent agent)
    {
        foreach (var (key, found) in _found)
        {
            if (ReferenceEquals(found.Agent, agent))
                _found.TryRemove(key, out _);
        }
    }

    private async Task<FoundAgent?> SearchAsync(string skill, ScopeSet scopes, bool healthyOnly, CancellationToken cancellationToken)
    {
        try
        {
            if (_registry.Client is not { } client)
                return null;
            foreach (var agent in await client.FindAsync(new AgentQuery(Skill: skill), cancellationToken).ConfigureAwait(false))
            {
                if ((agent.Healthy || !healthyOnly) && Accept(agent, skill, scopes) is { } accepted)
                    return accepted;
            }
        }
        catch (Exception exception) when (exception is A2AException or HttpRequestException or System.Security.Authentication.AuthenticationException or System.Text.Json.JsonException
            || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            LogUnavailable(exception);
        }
        return null;
    }

    private FoundAgent? Accept(RegisteredAgent found, string skill, ScopeSet scopes)
    {
        if (!_identity.Manifest.Agents.TryGetValue(found.Name, out var party)
            || !_identity.Party.Calls.TryGetValue(party.Name, out var edge)
            || !scopes.Values.All(edge.Scopes.Contains))
            return null;
        if (_trust.Verify(found.CardJson, SpiffeId.Parse(party.SpiffeId), out var reason) is not { } verified)
        {
            LogNotBelieved(found.Name, reason);
            return null;
        }
        if (verified.Card.Name != party.Name)
        {
            LogNotBelieved(found.Name, "it is of another name");
            return null;
        }
        return verified.Card.Skills.Any(each => each.Id == skill) ? new FoundAgent(party, verified.Card) : null;
    }

    [LoggerMessage(7112, LogLevel.Warning, "The registry hands out a card of {Agent} that is not believed: {Reason}")]
    private partial void LogNotBelieved(string agent, string reason);

    [LoggerMessage(7113, LogLevel.Information, "The registry cannot be asked.")]
    private partial void LogUnavailable(Exception exception);
}
