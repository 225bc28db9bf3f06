namespace AgentMesh.Auth;

/// <summary>Where decisions are recorded.</summary>
public interface IAuditLog
{
    /// <summary>Records an event. Completes when the record is durable.</summary>
    /// <param name="auditEvent">What was decided.</param>
    /// <param name="cancellationToken">Stops waiting; the record may be written nevertheless.</param>
    /// <returns>A task that completes when the record would survive a crash of the machine.</returns>
    /// <exception cref="AuditException">The record could not be made durable: what was decided must not take effect.</exception>
    ValueTask WriteAsync(AuditEvent auditEvent, CancellationToken cancellationToken = default);
}
