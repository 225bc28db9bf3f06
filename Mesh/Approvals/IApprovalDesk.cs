namespace AgentMesh.Cli.Approvals;

/// <summary>Shows an operator what waits for approval, and takes the decisions.</summary>
internal interface IApprovalDesk
{
    /// <summary>What waits now, oldest first; if nothing does, waits for the first one.</summary>
    /// <exception cref="MeshException">The server refuses, fails, or cannot be reached.</exception>
    Task<IReadOnlyList<WaitingApproval>> ListAsync(TimeSpan wait, CancellationToken cancellationToken);

    /// <returns>Null when it is decided; else why not, in the server's words.</returns>
    /// <exception cref="MeshException">The server cannot be reached.</exception>
    Task<string?> DecideAsync(string id, bool approve, CancellationToken cancellationToken);
}
