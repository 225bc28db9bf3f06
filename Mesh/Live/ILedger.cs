namespace AgentMesh.Cli.Live;

/// <summary>What the audit ledger holds of everybody's journals.</summary>
internal interface ILedger
{
    /// <summary>How far each journal is held.</summary>
    Task<IReadOnlyList<LedgerHead>> HeadsAsync(CancellationToken cancellationToken);

    /// <summary>The hash that the ledger holds of one record.</summary>
    Task<string> HashAsync(LedgerHead journal, long seq, CancellationToken cancellationToken);
}
