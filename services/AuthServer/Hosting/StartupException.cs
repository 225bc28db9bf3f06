namespace AgentMesh.AuthServer.Hosting;

/// <summary>The server cannot start; the message is for the person who started it: the setting, what is wrong, the fix.</summary>
public sealed class StartupException : Exception
{
    public StartupException(string message) : base(message)
    {
    }

    public StartupException(string message, Exception cause) : base(message, cause)
    {
    }

    public StartupException()
    {
    }
}
