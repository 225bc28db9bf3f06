using AgentMesh.Cli.Demo;

namespace AgentMesh.Cli.Live;

/// <summary>Whom operators have disabled.</summary>
internal static class DisabledParties
{
    /// <returns>Their names in the manifest; empty for an operator without a permission, who may not ask.</returns>
    /// <exception cref="MeshException">The server refuses, or does not answer.</exception>
    public static async Task<IReadOnlySet<string>> ReadAsync(RunningMesh mesh, CancellationToken cancellationToken)
    {
        if (mesh.Operator.Permissions.Count == 0)
            return new HashSet<string>();
        await using var connection = await OperatorConnection.OpenAsync(mesh, cancellationToken);
        var parties = await connection.GetAsync("parties", cancellationToken);
        return parties.GetProperty("items").EnumerateArray()
            .Where(party => party.GetProperty("disabled").GetBoolean())
            .Select(party => party.GetProperty("name").GetString()!)
            .ToHashSet(StringComparer.Ordinal);
    }
}
