using AgentMesh.Manifest.Internal.Reading;

namespace AgentMesh.Manifest.Internal.Analysis;

/// <summary>What a reviewer of the manifest would ask about.</summary>
internal static class PolicyLint
{
    private const int ManyScopes = 8;
    private const int ManyAgents = 4;

    public static IReadOnlyList<ManifestDiagnostic> Run(MeshManifest manifest)
    {
        // All of them: the reader of the file stops at some number, but what is found last is not what matters least.
        var diagnostics = new DiagnosticBag(manifest.File, int.MaxValue);
        foreach (var warning in manifest.Warnings)
            diagnostics.Warning(new(warning.Line, warning.Column), warning.Message);

        var edges = manifest.Agents.Values.Concat(manifest.Operators.Values).SelectMany(party => party.Calls.Values).ToList();
        LintScopes(manifest, edges, diagnostics);
        foreach (var edge in edges)
            LintEdge(manifest, edge, diagnostics);
        foreach (var person in manifest.Operators.Values)
            LintOperator(manifest, person, diagnostics);
        foreach (var edge in ChainDepth.Beyond(manifest.MaxDepth, edges))
        {
            diagnostics.Warning(edge.Position, $"{edge} can be used only in chains of more than {manifest.MaxDepth} actors, which \"maxDepth\" forbids. "
                + "Shorten the way to it, or raise \"maxDepth\".");
        }

        return diagnostics.InOrder();
    }

    private static void LintScopes(MeshManifest manifest, IEnumerable<Edge> edges, DiagnosticBag diagnostics)
    {
        var granted = edges.SelectMany(edge => edge.Scopes).ToHashSet(StringComparer.Ordinal);
        foreach (var scope in manifest.Scopes.Values.Where(scope => !scope.NeedsApproval && granted.Contains(scope.Name)))
        {
            if (RiskWords.Find(scope) is { } word)
                diagnostics.Warning(scope.Position, $"Scope {Quote.Text(scope.Name)} sounds high-risk ({word}) and needs nobody's approval. Add \"approval\": \"human\", or describe why it is harmless.");
        }
    }

    private static void LintEdge(MeshManifest manifest, Edge edge, DiagnosticBag diagnostics)
    {
        if (edge.Scopes.Count > ManyScopes || (edge.Scopes.Count > 3 && edge.Scopes.Count == manifest.Scopes.Count))
            diagnostics.Warning(edge.Position, $"{edge} grants {edge.Scopes.Count} of {manifest.Scopes.Count} scopes. Grant those that the caller's tasks need.");

        // Operators begin tasks and mTLS callees cannot check; any other edge could tell what justifies it.
        if (edge is { IsEntryPoint: true, Caller.Kind: PartyKind.Agent, Callee.Authentication: EdgeAuthentication.OAuth }
            && edge.Caller.Authentication == EdgeAuthentication.OAuth && edge.Caller.CalledBy.Count > 0)
        {
            diagnostics.Warning(edge.Position, $"{edge} is standing privilege: {edge.Caller.Name} may use it while serving nobody. "
                + "Add \"when\" with the scopes that justify the call.");
        }
    }

    private static void LintOperator(MeshManifest manifest, Party person, DiagnosticBag diagnostics)
    {
        if (person.Permissions.Contains("approve") && person.Calls.Values.FirstOrDefault(edge => edge.Scopes.Count > edge.ScopesWithoutApproval.Count) is { } asks)
            diagnostics.Warning(asks.Position, $"Operator {person.Name} may ask {asks.Callee.Name} for a scope that needs approval and may approve it too. Let somebody else approve.");
        if (person.Permissions.Count == PartiesReader.PermissionNames.Length && manifest.Operators.Count > 1)
            diagnostics.Warning(person.Position, $"Operator {person.Name} may approve, revoke and audit. Split that among the {manifest.Operators.Count} operators.");
        if (manifest.Agents.Count >= ManyAgents && person.Calls.Count * 2 > manifest.Agents.Count)
            diagnostics.Warning(person.Position, $"Operator {person.Name} may call {person.Calls.Count} of {manifest.Agents.Count} agents. Let it call those that tasks begin at.");
    }
}
