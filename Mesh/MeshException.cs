namespace AgentMesh.Cli;

/// <summary>A failure that is the user's to know of: one message, one exit code, never a stack trace.</summary>
internal sealed class MeshException(string message, int exitCode, Exception? cause = null) : Exception(message, cause)
{
    public int ExitCode { get; } = exitCode;

    public static MeshException BadInput(string message, Exception? cause = null) => new(message, Cli.ExitCode.BadInput, cause);

    /// <summary>The mesh says no.</summary>
    public static MeshException Refused(string message) => new(message, Cli.ExitCode.No);

    public static MeshException Unavailable(string message, Exception? cause = null) => new(message, Cli.ExitCode.Unavailable, cause);
}
