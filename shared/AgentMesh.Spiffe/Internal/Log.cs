using Microsoft.Extensions.Logging;

namespace AgentMesh.Spiffe.Internal;

/// <summary>Event ids 1000–1099 belong to this library. No token and no key is ever an argument.</summary>
internal static partial class Log
{
    [LoggerMessage(1000, LogLevel.Information, "X509-SVID of {SpiffeId} received, valid until {NotAfter:u}")]
    public static partial void SvidReceived(ILogger logger, SpiffeId spiffeId, DateTimeOffset notAfter);

    [LoggerMessage(1001, LogLevel.Warning, "The identity was withdrawn; its SVIDs are no longer used. {Reason}")]
    public static partial void IdentityWithdrawn(ILogger logger, string reason);

    [LoggerMessage(1002, LogLevel.Warning, "{Method} was lost, next attempt in {Pause}. {Reason}")]
    public static partial void StreamLost(ILogger logger, string method, string reason, TimeSpan pause);

    [LoggerMessage(1003, LogLevel.Error, "{Method} is given up, a retry would not help. {Reason}")]
    public static partial void StreamStopped(ILogger logger, string method, string reason);

    [LoggerMessage(1004, LogLevel.Error, "{Method}: a message was discarded. {Reason}")]
    public static partial void MessageDiscarded(ILogger logger, string method, string reason);

    [LoggerMessage(1005, LogLevel.Warning, "{Problem}")]
    public static partial void PartSkipped(ILogger logger, string problem);

    [LoggerMessage(1006, LogLevel.Warning, "A JWT-SVID for {Audience} could not be renewed ahead of its expiry. {Reason}")]
    public static partial void RenewalFailed(ILogger logger, string audience, string reason);

    [LoggerMessage(1007, LogLevel.Error, "A handler of Updated failed")]
    public static partial void UpdateHandlerFailed(ILogger logger, Exception exception);

    [LoggerMessage(1008, LogLevel.Warning, "The bundle of {TrustDomain} could not be fetched; the last one stays in use. {Reason}")]
    public static partial void BundleFetchFailed(ILogger logger, TrustDomain trustDomain, string reason);
}
