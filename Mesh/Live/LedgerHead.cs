namespace AgentMesh.Cli.Live;

/// <summary>How far the ledger holds a journal.</summary>
/// <param name="Party">SPIFFE ID of whose it is.</param>
/// <param name="Instance">Tells the journals of a party's processes apart.</param>
/// <param name="Seq">Its newest record there.</param>
/// <param name="Hash">That record's hash.</param>
/// <param name="FirstHash">The hash of its first record: which journal it is.</param>
/// <param name="ReceivedAt">When the newest record came.</param>
internal sealed record LedgerHead(string Party, string Instance, long Seq, string Hash, string FirstHash, DateTimeOffset ReceivedAt);
