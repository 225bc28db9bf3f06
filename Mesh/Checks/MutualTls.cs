using AgentMesh.Cli.Attacks;

namespace AgentMesh.Cli.Checks;

/// <summary>Everybody proves itself in the handshake, and who proves nothing gets nothing: it tries.</summary>
internal sealed class MutualTls : ICheck
{
    private const string Name = "mutual TLS is enforced";

    string ICheck.Name => Name;

    public async Task<CheckResult> RunAsync(CheckContext context, CancellationToken cancellationToken)
    {
        List<string> evidence = [], faults = [];
        foreach (var (agent, address) in context.Mesh.Agents)
        {
            var attempt = await new NoCertificate(agent, address).RunAsync(cancellationToken);
            (attempt.Refused ? evidence : faults).Add($"{agent} without a certificate: {attempt.Evidence}");
        }
        var anonymous = await AnonymousTokenRequest.SendAsync(context.Mesh, cancellationToken);
        (anonymous.Status == 401 ? evidence : faults).Add($"auth-server without a certificate: {anonymous}");
        foreach (var served in context.Served)
        {
            if (served.Peer is { } peer)
                evidence.Add($"{served.Name} proves {peer.Id} over TLS 1.3");
            else
                faults.Add($"{served.Name} proves nothing: {served.Failure}");
        }
        return faults.Count == 0
            ? CheckResult.Green(Name, evidence)
            : CheckResult.Red(Name, "Serve with AddAgentServer on https addresses only, and let the Workload API give the party its SVID.", [.. faults, .. evidence]);
    }
}
