using Microsoft.Extensions.Logging;

namespace AgentMesh.Auth;

internal static partial class HandshakeLog
{
    [LoggerMessage(1303, LogLevel.Warning, "Refused to talk to what should be {Callee}: {Reason}")]
    public static partial void Refused(ILogger logger, string callee, string reason);
}
