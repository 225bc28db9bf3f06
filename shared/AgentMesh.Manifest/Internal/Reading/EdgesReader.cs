using System.Collections.ObjectModel;
using AgentMesh.Manifest.Internal.Syntax;

namespace AgentMesh.Manifest.Internal.Reading;

/// <summary>Reads the members <c>calls</c>, when all parties and scopes are known.</summary>
internal sealed class EdgesReader(PartyTable parties, ScopesReader scopes, DiagnosticBag diagnostics)
{
    private readonly List<Edge> _edges = [];
    private readonly EdgeScopesReader _edgeScopes = new(scopes, diagnostics);

    public IReadOnlyList<Edge> Read(IEnumerable<(Party Caller, SyntaxNode Node)> callers)
    {
        foreach (var (caller, node) in callers.Where(caller => caller.Caller.Kind != PartyKind.Service))
        {
            var entries = Expect.Entries(node, "calls", diagnostics);
            var calls = new Dictionary<string, Edge>(entries.Length, StringComparer.Ordinal);
            foreach (var call in entries)
            {
                if (ReadEdge(caller, call) is { } edge)
                    calls.Add(call.Name, edge);
            }

            if (calls.Count > 0)
                caller.Calls = new ReadOnlyDictionary<string, Edge>(calls);
        }

        LinkCallees();
        return _edges;
    }

    private void LinkCallees()
    {
        var inbound = new List<Edge>?[parties.NextIndex];
        foreach (var edge in _edges)
            (inbound[edge.Callee.Index] ??= []).Add(edge);

        foreach (var edges in inbound)
        {
            if (edges is null)
                continue;
            edges[0].Callee.CalledBy = Array.AsReadOnly([.. edges]);
            edges[0].Callee.InboundScopes = Array.AsReadOnly([.. edges.SelectMany(edge => edge.Scopes).Distinct(StringComparer.Ordinal)]);
        }
    }

    private Edge? ReadEdge(Party caller, SyntaxMember call)
    {
        var (name, position, node) = call;
        var isObject = ObjectShape.Edge.Check(node, diagnostics);
        var granted = isObject ? _edgeScopes.Read(node) : ScopeSet.Empty;
        var when = isObject ? scopes.Resolve(node, "when") : ScopeSet.Empty;

        if (FindCallee(caller, name, position) is not { } callee || !isObject)
            return null;

        if (node.Find("when") is { } condition)
            CheckWhen(caller, callee, condition);
        foreach (var ofScope in granted.HasConditions ? EdgeScopesReader.ConditionsIn(node) : [])
            CheckWhen(caller, callee, ofScope);
        if (callee.Authentication == EdgeAuthentication.Mtls)
            CheckApproval(callee, node);

        var edge = new Edge(caller, callee, granted, when, position);
        _edges.Add(edge);
        return edge;
    }

    private Party? FindCallee(Party caller, string name, ManifestPosition position)
    {
        var callee = parties.Find(name);
        if (callee is { Kind: PartyKind.Agent } && callee != caller)
            return callee;

        if (callee == caller)
            diagnostics.Error(position, $"{Quote.Text(name)} calls itself. Remove this edge: a party needs no permission for its own code.");
        else if (callee is not null)
            diagnostics.Error(position, $"{Quote.Text(name)} is {(callee.Kind == PartyKind.Operator ? "an operator" : "a service")}, and only agents can be called through edges. Remove this edge.");
        else if (!diagnostics.IsFull)
            diagnostics.Error(position, $"{Quote.Text(name)} is not defined under \"agents\".{Suggestion.For(name, parties.Names(PartyKind.Agent))}");
        return null;
    }

    private void CheckWhen(Party caller, Party callee, SyntaxNode when)
    {
        if (callee.Authentication == EdgeAuthentication.Mtls)
        {
            diagnostics.Error(when.Position, $"{Quote.Text(callee.Name)} has \"auth\": \"mtls\", so no token carries what is being served and \"when\" cannot be "
                + $"checked. Remove \"when\", or give {Quote.Text(callee.Name)} \"auth\": \"oauth\".");
        }

        if (caller.Kind == PartyKind.Operator)
            diagnostics.Error(when.Position, $"Operator {Quote.Text(caller.Name)} begins tasks and never serves one, so this could never be used. Remove \"when\".");
    }

    private void CheckApproval(Party callee, SyntaxNode edge)
    {
        foreach (var item in edge.Find("scopes")?.Items ?? [])
        {
            if (EdgeScopesReader.NameIn(item) is { } scope && scopes.Scopes.TryGetValue(scope.Text, out var definition) && definition.NeedsApproval)
            {
                diagnostics.Error(scope.Position, $"{Quote.Text(scope.Text)} needs approval, but {Quote.Text(callee.Name)} has \"auth\": \"mtls\", so no token carries one. "
                    + $"Remove the scope here, or give {Quote.Text(callee.Name)} \"auth\": \"oauth\".");
            }
        }
    }
}
