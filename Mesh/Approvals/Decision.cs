namespace AgentMesh.Cli.Approvals;

/// <summary>What a person types to decide.</summary>
internal static class Decision
{
    public const string Question = "type approve or deny";

    /// <returns>True or false for a decision; null for anything else, which decides nothing.</returns>
    public static bool? Parse(string line) => line.Trim().ToUpperInvariant() switch
    {
        "APPROVE" or "A" => true,
        "DENY" or "D" => false,
        _ => null,
    };
}
