using Microsoft.Extensions.Logging;

namespace AgentMesh.AppHost;

internal static partial class Log
{
    [LoggerMessage(7001, LogLevel.Information, "Identities come from {Reason}.")]
    public static partial void IdentitySource(ILogger logger, string reason);

    [LoggerMessage(7002, LogLevel.Information, "Agent joins anew: {Joins}. Registration entries: {Created} created, {Deleted} removed.")]
    public static partial void Bootstrapped(ILogger logger, bool joins, int created, int deleted);
}
