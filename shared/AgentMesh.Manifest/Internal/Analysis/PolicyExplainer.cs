using AgentMesh.Manifest.Internal.Reading;

namespace AgentMesh.Manifest.Internal.Analysis;

/// <summary>Gives the reasons for a decision. The decision itself is the policy's own, never made a second time here.</summary>
internal sealed class PolicyExplainer(MeshManifest manifest)
{
    private readonly List<PolicyReason> _reasons = [];

    public PolicyExplanation Explain(string callerId, string calleeId, string scopes, string serving)
    {
        var decision = manifest.Decide(callerId, calleeId, scopes, serving);
        var caller = Identify("caller", callerId);
        var callee = Identify("callee", calleeId);
        if (caller is not null && callee is not null && ExplainEdge(decision, caller, callee) is { } edge)
        {
            var requested = scopes.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            ExplainScopes(edge, requested, serving);
            ExplainWhen(edge, serving);
            ExplainWhenOfScopes(edge, requested, serving);
            ExplainApproval(edge, requested, serving);
        }

        return new(decision, _reasons.AsReadOnly());
    }

    private Party? Identify(string role, string id)
    {
        if (manifest.TryGetParty(id, out var party))
        {
            Add(true, $"The {role} is {party}, {party.SpiffeId}", party.Position);
            return party;
        }

        var names = manifest.Agents.Keys.Concat(manifest.Operators.Keys).Concat(manifest.Services.Keys).ToList();
        Add(false, $"The {role} {Quote.Text(id)} is not in the manifest.{Suggestion.For(id, names)}", null);
        return null;
    }

    private Edge? ExplainEdge(PolicyDecision decision, Party caller, Party callee)
    {
        if (decision.Edge is { } edge)
        {
            Add(true, $"{caller.Name} has an edge to {callee.Name}", edge.Position);
            Add(true, callee.Authentication == EdgeAuthentication.Mtls
                ? $"{callee.Name} is called over mTLS alone, by the caller's SPIFFE ID"
                : $"{callee.Name} is called over mTLS with an access token of at most {manifest.Lifetimes.AccessToken:mm\\:ss} minutes", callee.Position);
            return edge;
        }

        var others = caller.Calls.Count == 0 ? "it may call nobody" : $"it may call {string.Join(", ", caller.Calls.Keys)}";
        Add(false, callee.Kind == PartyKind.Agent ? $"{caller.Name} has no edge to {callee.Name}: {others}" : $"{callee} cannot be called: only agents can", caller.Position);
        return null;
    }

    private void ExplainScopes(Edge edge, string[] requested, string serving)
    {
        if (requested.Length == 0)
        {
            var granted = edge.Justified(serving);
            Add(granted.Count > 0, $"No scope is named, which means all that are justified and need no approval: {Listed(granted)}", edge.Position);
        }

        foreach (var scope in requested)
        {
            if (edge.Allows(scope))
                Add(true, $"The edge grants scope {scope}: {manifest.Scopes[scope].Description}", edge.Position);
            else if (manifest.Scopes.TryGetValue(scope, out var defined))
                Add(false, $"The edge does not grant scope {scope}; it grants {Listed(edge.Scopes)}", defined.Position);
            else
                Add(false, $"The manifest knows no scope {Quote.Text(scope)}.{Suggestion.For(scope, [.. manifest.Scopes.Keys])}", null);
        }
    }

    private void ExplainWhen(Edge edge, string serving)
    {
        if (edge.IsEntryPoint)
            Add(true, $"The edge is an entry point: it may be used without serving a request", edge.Position);
        foreach (var scope in edge.When)
            ExplainCondition("The edge's", "the edge's", scope, serving, edge.Position);
    }

    private void ExplainWhenOfScopes(Edge edge, string[] requested, string serving)
    {
        var narrowed = requested.Length == 0 && edge.Justified(serving).Count > 0;
        foreach (var scope in edge.ScopeDefinitions)
        {
            if (narrowed && !scope.NeedsApproval && edge.MissingFor(scope, serving) is { } missing)
                Add(true, $"Scope {scope.Name} is left out, for its \"when\" asks that the request being served carry scope {missing}", edge.Position);
            if (narrowed || (requested.Length > 0 && !requested.Contains(scope.Name)))
                continue;
            foreach (var condition in edge.WhenOf(scope.Name))
                ExplainCondition($"Scope {scope.Name}'s", $"scope {scope.Name}'s", condition, serving, edge.Position);
        }
    }

    private void ExplainCondition(string whose, string ofWhom, string scope, string serving, ManifestPosition position)
    {
        var served = ScopeList.Contains(serving, scope);
        Add(served, served
            ? $"The request being served carries scope {scope}, which {ofWhom} \"when\" asks for"
            : $"{whose} \"when\" asks that the request being served carry scope {scope}; {(string.IsNullOrWhiteSpace(serving) ? "none is being served" : "it does not")}", position);
    }

    private void ExplainApproval(Edge edge, string[] requested, string serving)
    {
        foreach (var scope in edge.ScopeDefinitions)
        {
            if (scope.NeedsApproval && (requested.Length == 0 ? edge.Justified(serving).Count == 0 : requested.Contains(scope.Name)))
                Add(false, $"Scope {scope.Name} is issued only after a person has approved the action", scope.Position);
        }
    }

    private void Add(bool holds, string text, ManifestPosition? position) => _reasons.Add(new(holds, text, position));

    private static string Listed(IReadOnlyList<string> scopes) => scopes.Count == 0 ? "none" : string.Join(", ", scopes);
}
