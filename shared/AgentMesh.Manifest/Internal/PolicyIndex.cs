using System.Diagnostics.CodeAnalysis;

namespace AgentMesh.Manifest.Internal;

/// <summary>
/// The manifest compiled for questions: every answer is two hashed look-ups of names, one of a pair of numbers, and a walk over the
/// few scopes of one edge.
/// </summary>
internal sealed class PolicyIndex
{
    private readonly Dictionary<string, Party>.AlternateLookup<ReadOnlySpan<char>> _parties;
    private readonly Dictionary<string, ScopeDefinition>.AlternateLookup<ReadOnlySpan<char>> _scopes;
    private readonly Dictionary<long, Edge> _edges;
    private readonly int _count;

    public PolicyIndex(IReadOnlyCollection<Party> parties, IReadOnlyCollection<Edge> edges, IEnumerable<ScopeDefinition> scopes)
    {
        _count = parties.Count;
        // Names and SPIFFE IDs share one table: a name holds no colon, so neither can be taken for the other.
        var byKey = new Dictionary<string, Party>(parties.Count * 2, StringComparer.Ordinal);
        foreach (var party in parties)
        {
            byKey.Add(party.Name, party);
            byKey.Add(party.SpiffeId, party);
        }

        _parties = byKey.GetAlternateLookup<ReadOnlySpan<char>>();
        _scopes = scopes.ToDictionary(scope => scope.Name, StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
        _edges = edges.ToDictionary(edge => Key(edge.Caller, edge.Callee));
    }

    public bool TryGetParty(ReadOnlySpan<char> nameOrSpiffeId, [NotNullWhen(true)] out Party? party) =>
        _parties.TryGetValue(nameOrSpiffeId, out party);

    public bool TryGetEdge(Party caller, Party callee, [NotNullWhen(true)] out Edge? edge) =>
        _edges.TryGetValue(Key(caller, callee), out edge);

    public PolicyDecision Decide(ReadOnlySpan<char> callerId, ReadOnlySpan<char> calleeId, ReadOnlySpan<char> scopes, ReadOnlySpan<char> serving)
    {
        if (!TryGetParty(callerId, out var caller))
            return new(PolicyOutcome.UnknownCaller, null, null);
        if (!TryGetParty(calleeId, out var callee))
            return new(PolicyOutcome.UnknownCallee, null, null) { Caller = caller };
        if (!TryGetEdge(caller, callee, out var edge))
            return new(PolicyOutcome.NoEdge, null, null) { Caller = caller, Callee = callee };

        var (outcome, scope, unjustified) = Judge(edge, scopes, serving);
        return new(outcome, edge, scope) { Caller = caller, Callee = callee, Unjustified = unjustified };
    }

    private (PolicyOutcome Outcome, string? Scope, string? Unjustified) Judge(Edge edge, ReadOnlySpan<char> scopes, ReadOnlySpan<char> serving)
    {
        string? needsApproval = null, missing = null, unjustified = null;
        var named = false;
        foreach (var range in scopes.Split(' '))
        {
            var requested = scopes[range];
            if (requested.IsEmpty)
                continue;

            named = true;
            if (edge.FindScope(requested) is not { } scope)
                return (PolicyOutcome.ScopeNotGranted, _scopes.TryGetValue(requested, out var known) ? known.Name : null, null);
            if (missing is null && edge.MissingFor(scope, serving) is { } lacking)
                (missing, unjustified) = (lacking, scope.Name);
            if (scope.NeedsApproval)
                needsApproval ??= scope.Name;
        }

        if (edge.MissingIn(serving) is { } required)
            return (PolicyOutcome.NotServing, required, null);
        if (!named)
            return JudgeUnnamed(edge, serving);
        if (missing is not null)
            return (PolicyOutcome.NotServing, missing, unjustified);

        return needsApproval is null ? (PolicyOutcome.Allowed, null, null) : (PolicyOutcome.ApprovalRequired, needsApproval, null);
    }

    /// <summary>
    /// No scope named means all that the request being served justifies and that need no approval. Where nothing is left to grant, the
    /// answer is a no, never a yes to nothing.
    /// </summary>
    private static (PolicyOutcome Outcome, string? Scope, string? Unjustified) JudgeUnnamed(Edge edge, ReadOnlySpan<char> serving)
    {
        string? needsApproval = null, missing = null, unjustified = null;
        foreach (var scope in edge.ScopeDefinitions)
        {
            if (edge.MissingFor(scope, serving) is { } lacking)
            {
                if (missing is null)
                    (missing, unjustified) = (lacking, scope.Name);
            }
            else if (scope.NeedsApproval)
            {
                needsApproval ??= scope.Name;
            }
            else
            {
                return (PolicyOutcome.Allowed, null, null);
            }
        }

        return needsApproval is null ? (PolicyOutcome.NotServing, missing, unjustified) : (PolicyOutcome.ApprovalRequired, needsApproval, null);
    }

    /// <summary>
    /// Not the two numbers side by side in one: a long's hash is the exclusive or of its halves, and those of a mesh's edges
    /// fall together by the dozen.
    /// </summary>
    private long Key(Party caller, Party callee) => ((long)caller.Index * _count) + callee.Index;
}
