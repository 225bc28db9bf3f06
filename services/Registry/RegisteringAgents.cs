using AgentMesh.A2A;
using AgentMesh.A2A.Mesh;
using AgentMesh.Auth;
using AgentMesh.Auth.AspNetCore;
using AgentMesh.Manifest;
using AgentMesh.Spiffe;

namespace AgentMesh.Registry;

/// <summary>Which agent is behind a request, what its card may say, and whom a caller may find.</summary>
internal sealed class RegisteringAgents(MeshIdentity identity, AgentAddresses addresses, IX509BundleSource bundles, IRevocationState revocations, TimeProvider time)
{
    private readonly CardTrust _trust = new(bundles, time);

    /// <summary>The agent that may register: itself, by its SVID. Operators and services register nothing.</summary>
    public AgentRegistrant? Identify(HttpContext context)
    {
        if (DelegationContext.Current is not { } served || !identity.Manifest.TryGetParty(served.Caller, out var party) || party.Kind != PartyKind.Agent)
            return null;
        var id = SpiffeId.Parse(party.SpiffeId);
        return new AgentRegistrant(party.SpiffeId, party.Name, url => addresses.IsOf(party.Name, url), claim =>
        {
            var key = _trust.FindKey(claim, id, out _);
            if (key is not null)
                context.Response.RegisterForDispose(key);
            return key;
        });
    }

    /// <summary>A caller finds the agents that the manifest lets it call, and itself; an auditor finds all. What has been revoked nobody finds.</summary>
    public bool MayFind(HttpContext context, RegisteredAgent agent)
    {
        if (DelegationContext.Current is not { } served
            || !identity.Manifest.TryGetParty(served.Caller, out var caller)
            || !identity.Manifest.Agents.TryGetValue(agent.Name, out var party)
            || agent.Party != party.SpiffeId
            || revocations.Check(new RevocationSubject(party.SpiffeId, party.SpiffeId, [], null, [], null, time.GetUtcNow())) is not null)
            return false;
        return caller == party || caller.Calls.ContainsKey(party.Name) || caller.Permissions.Contains("audit");
    }
}
