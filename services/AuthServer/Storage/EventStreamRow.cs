namespace AgentMesh.AuthServer.Storage;

/// <summary>How far one receiver of security events has acknowledged them.</summary>
internal sealed class EventStreamRow
{
    /// <summary>SPIFFE ID of the receiver.</summary>
    public required string Receiver { get; init; }

    /// <summary>The receiver's name for the stream: one for each of its processes.</summary>
    public required string Stream { get; init; }

    /// <summary>Everything up to this position is acknowledged.</summary>
    public long Acknowledged { get; set; }

    public DateTimeOffset LastPolledAt { get; set; }
}
