using AgentMesh.Manifest;
using AgentMesh.Spiffe;

namespace AgentMesh.Cli.Attacks;

/// <summary>A valid identity calls an agent of kind <c>mtls</c>, for which no token is needed, without an edge to it.</summary>
internal sealed class UnlistedPeer(Party callee, Uri address, SpiffeSource self) : IAttack
{
    public async Task<AttackResult> RunAsync(CancellationToken cancellationToken)
    {
        const string Name = "edge not in the manifest, over mTLS";
        using var http = new HttpClient(SpiffeTls.CreateHandler(self, self, Authorize.Id(SpiffeId.Parse(callee.SpiffeId))));
        try
        {
            using var response = await http.GetAsync(new Uri(address, "symbols"), cancellationToken);
            var refusal = await Refusal.OfAsync(response, cancellationToken);
            return new AttackResult(Name, callee.Name, refusal is { Status: 403, Reason: "edge_unknown" }, refusal.ToString());
        }
        catch (HttpRequestException e)
        {
            return new AttackResult(Name, callee.Name, Refused: false, $"could not connect, so nothing is shown: {e.Message}");
        }
    }
}
