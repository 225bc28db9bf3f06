using AgentMesh.Manifest;

namespace AgentMesh.Cli.Checks;

/// <summary>A reviewer of the manifest has nothing to ask.</summary>
internal sealed class LeastPrivilege : ICheck
{
    private const string Name = "least privilege";

    string ICheck.Name => Name;

    public Task<CheckResult> RunAsync(CheckContext context, CancellationToken cancellationToken)
    {
        var manifest = context.Mesh.Manifest;
        if (PolicyInForce.FindOther(Name, context) is { } other)
            return Task.FromResult(other);
        var findings = PolicyAnalysis.Lint(manifest);
        var edges = manifest.Agents.Values.Concat(manifest.Operators.Values).Sum(party => party.Calls.Count);
        return Task.FromResult(findings.Count == 0
            ? CheckResult.Green(Name, $"`mesh lint` finds nothing in {edges} edges and {manifest.Scopes.Count} scopes", $"manifest in force: {manifest.Version}")
            : CheckResult.Red(Name, "Do what `mesh lint` says.", findings.Select(finding => finding.ToString())));
    }
}
