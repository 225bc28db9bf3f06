namespace AgentMesh.Auth;

/// <summary>A decision could not be recorded, so it must not take effect.</summary>
/// <param name="message">What failed, with the journal's path.</param>
/// <param name="inner">The cause.</param>
public sealed class AuditException(string message, Exception? inner = null) : IOException(message, inner);
