using AgentMesh.Cli.Demo;
using AgentMesh.Manifest;
using AgentMesh.Spiffe;

namespace AgentMesh.Cli.Attacks;

/// <summary>Picks the attacks' targets from the manifest, so that they fit every mesh, and runs them.</summary>
internal sealed class AttackPlan(RunningMesh mesh, Edge entry)
{
    public async Task<IReadOnlyList<AttackResult>> RunAsync(CancellationToken cancellationToken)
    {
        // Two streams to the Workload API are two SVIDs: one name, two keys.
        await using var own = Source();
        await using var thief = Source();
        await Task.WhenAll(own.WaitUntilReadyAsync(cancellationToken), thief.WaitUntilReadyAsync(cancellationToken));
        using var tokens = new TokenEndpoint(own, mesh.Issuer, SpiffeId.Parse(mesh.Manifest.Services["auth-server"].SpiffeId));

        var results = new List<AttackResult>();
        await foreach (var attack in AttacksAsync(own, thief, tokens, cancellationToken))
            results.Add(await attack.RunAsync(cancellationToken));
        return results;
    }

    private async IAsyncEnumerable<IAttack> AttacksAsync(
        SpiffeSource own,
        SpiffeSource thief,
        TokenEndpoint tokens,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var callee = entry.Callee;
        yield return new NoCertificate(callee.Name, Address(callee));

        if (callee.Authentication == EdgeAuthentication.OAuth)
        {
            var loot = await tokens.ExchangeAsync(callee.Name, string.Join(' ', entry.Scopes), cancellationToken);
            var token = loot.AccessToken
                ?? throw MeshException.Unavailable($"the authorization server issued no token to steal: {loot}");
            yield return new StolenToken("stolen token, another key", callee, Address(callee), thief, token, "cnf_mismatch");
            if (Others(EdgeAuthentication.OAuth).FirstOrDefault() is { } other)
                yield return new StolenToken("stolen token, another agent", other, Address(other), own, token, "token_audience");
        }

        if (Unlisted(EdgeAuthentication.OAuth) is { } strangerByToken)
            yield return new UnlistedExchange(tokens, strangerByToken, string.Join(' ', mesh.Manifest.ScopesOf(strangerByToken.Name)));
        if (Unlisted(EdgeAuthentication.Mtls) is { } strangerByPeer)
            yield return new UnlistedPeer(strangerByPeer, Address(strangerByPeer), own);
    }

    private Party? Unlisted(EdgeAuthentication kind) =>
        Others(kind).FirstOrDefault(agent => !mesh.Operator.Calls.ContainsKey(agent.Name));

    private IEnumerable<Party> Others(EdgeAuthentication kind) =>
        mesh.Manifest.Agents.Values.Where(agent => agent.Authentication == kind && agent.Name != entry.Callee.Name);

    private Uri Address(Party agent) => mesh.Agents[agent.Name];

    private SpiffeSource Source() => SpiffeSource.Create(new WorkloadApiClientOptions { EndpointSocket = mesh.WorkloadApi });
}
