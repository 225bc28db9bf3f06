using AgentMesh.Manifest;

namespace AgentMesh.Cli.Checks;

/// <summary>What is hard to take back needs a person, who is somebody else than the agent.</summary>
internal sealed class HumanApproval : ICheck
{
    private const string Name = "a person approves high-risk scopes";

    public async Task<CheckResult> RunAsync(CheckContext context, CancellationToken cancellationToken)
    {
        var manifest = context.Mesh.Manifest;
        var high = manifest.Scopes.Values.Where(scope => scope.NeedsApproval).Select(scope => scope.Name).ToList();
        var missing = PolicyAnalysis.Lint(manifest).Where(finding => finding.Message.Contains("\"approval\"", StringComparison.Ordinal)).Select(finding => finding.ToString()).ToList();
        var approvers = manifest.Operators.Values.Where(person => person.Permissions.Contains("approve")).Select(person => person.Name).ToList();
        if (missing.Count > 0)
            return CheckResult.Red(Name, "Add \"approval\": \"human\" to these scopes in the manifest.", missing);
        if (high.Count == 0)
            return CheckResult.Green(Name, "no scope sounds high-risk");
        if (approvers.Count == 0)
            return CheckResult.Red(Name, "Add \"approve\" to \"may\" of an operator in the manifest.", $"nobody may approve {string.Join(' ', high)}");

        var metadata = await context.Connection.GetAsync(".well-known/oauth-authorization-server", cancellationToken);
        var endpoint = metadata.TryGetProperty("backchannel_authentication_endpoint", out var address) ? address.GetString() : null;
        // The policy in force says no without a person, whatever task is served.
        var unapproved = manifest.Agents.Values.Concat(manifest.Operators.Values).SelectMany(party => party.Calls.Values)
            .SelectMany(edge => edge.Scopes.Except(edge.ScopesWithoutApproval).Select(scope => (edge, scope)))
            .Where(asked => manifest.Decide(asked.edge.Caller.Name, asked.edge.Callee.Name, asked.scope, string.Join(' ', asked.edge.When.Concat(asked.edge.WhenOf(asked.scope)))).IsAllowed)
            .Select(asked => $"{asked.edge} gets {asked.scope} without a person").ToList();
        return endpoint is not null && unapproved.Count == 0
            ? CheckResult.Green(Name, $"{string.Join(' ', high)}: issued only through {endpoint} (OpenID CIBA)", $"approvers: {string.Join(", ", approvers)}")
            : CheckResult.Red(Name, "Let AgentMesh's authorization server issue these scopes.", [.. unapproved, $"backchannel_authentication_endpoint: {endpoint ?? "missing"}"]);
    }
}
