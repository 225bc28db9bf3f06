namespace AgentMesh.ServiceDefaults;

/// <summary>The process cannot start as configured. The message is one line for the person who started it: what is wrong, which setting, what to do.</summary>
public sealed class StartupException(string message, Exception? innerException = null) : Exception(message, innerException);
