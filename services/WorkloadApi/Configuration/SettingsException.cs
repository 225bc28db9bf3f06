namespace AgentMesh.WorkloadApi.Configuration;

/// <summary>The server cannot start as configured. The message names the setting and the fix, and is all that the user sees.</summary>
public sealed class SettingsException(string message, Exception? cause = null) : Exception(message, cause);
