using AgentMesh.Manifest;

namespace AgentMesh.Cli.Checks;

/// <summary>What is hard to take back needs a person, who is somebody else than the agent.</summary>
internal sealed class HumanApproval : ICheck
{
    private const string Name = "a person approves high-risk scopes";

    string ICheck.Name => Name;

    public async Task<CheckResult> RunAsync(CheckContext context, CancellationToken cancellationToken)
    {
        var manifest = context.Mesh.Manifest;
        if (PolicyInForce.FindOther(Name, context) is { } other)
            return other;
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
        return endpoint is not null
            ? CheckResult.Green(Name, $"{string.Join(' ', high)}: issued only through {endpoint} (OpenID CIBA)", $"approvers: {string.Join(", ", approvers)}")
            : CheckResult.Red(Name, "Let AgentMesh's authorization server issue these scopes.", "backchannel_authentication_endpoint: missing");
    }
}
