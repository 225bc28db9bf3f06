namespace AgentMesh.Manifest.Internal.Reading;

/// <summary>Finds what is allowed but probably not meant.</summary>
internal static class ManifestWarnings
{
    public static void Add(ManifestContent content, DiagnosticBag diagnostics)
    {
        AddUnused(content, diagnostics);
        AddUnusable(content, diagnostics);

        foreach (var service in content.Parties[PartyKind.Service].Values)
        {
            var others = PartiesReader.WellKnownServices.Keys;
            if (!others.Contains(service.Name) && Suggestion.Closest(service.Name, others) is { } meant)
                diagnostics.Warning(service.Position, $"Service {Quote.Text(service.Name)} is new. Did you mean {Quote.Text(meant)}?");
        }

        if (content.Lifetimes.AccessToken > content.Lifetimes.X509Svid)
        {
            diagnostics.Warning(ManifestPosition.Start, "\"accessToken\" lives longer than \"x509Svid\": a token is bound to one SVID and dies with it. "
                + "Make \"x509Svid\" at least twice as long.");
        }
    }

    private static void AddUnused(ManifestContent content, DiagnosticBag diagnostics)
    {
        var used = new HashSet<ScopeDefinition>(ReferenceEqualityComparer.Instance);
        foreach (var edge in content.Edges)
        {
            foreach (var scope in edge.ScopeDefinitions)
                used.Add(scope);
        }

        foreach (var scope in content.Scopes.Values.Where(scope => !used.Contains(scope)))
            diagnostics.Warning(scope.Position, $"No edge grants scope {Quote.Text(scope.Name)}. Remove it, or grant it to a caller under \"calls\".");
        foreach (var agent in content.Parties[PartyKind.Agent].Values.Where(agent => agent.CalledBy.Count == 0))
            diagnostics.Warning(agent.Position, $"Nobody can call agent {Quote.Text(agent.Name)}. Name it under the \"calls\" of an agent or operator, or remove it.");
        foreach (var person in content.Parties[PartyKind.Operator].Values.Where(person => person.Calls.Count == 0 && person.Permissions.Count == 0))
            diagnostics.Warning(person.Position, $"Operator {Quote.Text(person.Name)} can do nothing. Give it \"calls\" or \"may\", or remove it.");
    }

    private static void AddUnusable(ManifestContent content, DiagnosticBag diagnostics)
    {
        // Edges of one caller mostly share their condition, and a mesh's edges may be many.
        var judged = new Dictionary<(Party, IReadOnlyList<string>), bool>();
        foreach (var edge in content.Edges.Where(edge => edge.HasWhen))
        {
            var key = (edge.Caller, edge.When);
            if (!judged.TryGetValue(key, out var usable))
                judged[key] = usable = edge.When.Count == 0 || CanServe(edge.Caller, edge.When);
            if (!usable)
                WarnUnusable(edge, edge.ToString(), edge.When, diagnostics);
            else
                AddUnusableScopes(edge, diagnostics);
        }
    }

    private static void AddUnusableScopes(Edge edge, DiagnosticBag diagnostics)
    {
        foreach (var scope in edge.Scopes.Where(scope => edge.WhenOf(scope).Count > 0))
        {
            IReadOnlyList<string> needed = [.. edge.When.Union(edge.WhenOf(scope))];
            if (!CanServe(edge.Caller, needed))
                WarnUnusable(edge, $"Scope {Quote.Text(scope)} of {edge}", needed, diagnostics);
        }
    }

    private static void WarnUnusable(Edge edge, string what, IReadOnlyList<string> needed, DiagnosticBag diagnostics) =>
        diagnostics.Warning(edge.Position, edge.Caller.Authentication == EdgeAuthentication.Mtls
            ? $"{what} can never be used: {Quote.Text(edge.Caller.Name)} has \"auth\": \"mtls\", so what it serves carries no scopes."
            : $"{what} can never be used: nobody may call {Quote.Text(edge.Caller.Name)} with {Quote.List(needed)}.");

    private static bool CanServe(Party caller, IReadOnlyList<string> needed) =>
        caller.Authentication == EdgeAuthentication.OAuth && caller.CalledBy.Any(inbound => needed.All(scope => inbound.Allows(scope)));
}
