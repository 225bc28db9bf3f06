namespace AgentMesh.Spiffe;

/// <summary>How a <see cref="SpiffeSource"/> is doing; a snapshot.</summary>
/// <param name="Svid">The newest X509-SVID, expired or not; null when there is none.</param>
/// <param name="DisconnectedSince">Since when the stream to the Workload API is down; null while it is up.</param>
/// <param name="LastError">Why it was last lost, in words; null when nothing has failed since it came up.</param>
public sealed record SpiffeSourceStatus(X509Svid? Svid, DateTimeOffset? DisconnectedSince, string? LastError);
