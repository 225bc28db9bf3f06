namespace AgentMesh.WorkloadApi.Telemetry;

/// <summary>Everything this server logs. No key, token or token's claim is among the parameters.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "Workload API of {TrustDomain} on unix://{Socket} with {Entries} entries; documents on {Addresses}")]
    public static partial void Started(ILogger logger, string trustDomain, string socket, int entries, string addresses);

    [LoggerMessage(2, LogLevel.Critical,
        "Running outside Development because Mesh:WorkloadApi:AllowOutsideDevelopment is true. The authority's key is in this process's memory and callers are told apart by their executable only: use SPIRE for anything that matters")]
    public static partial void OutsideDevelopment(ILogger logger);

    [LoggerMessage(3, LogLevel.Debug, "Issued {Kind} {SpiffeId} until {NotAfter:O}")]
    public static partial void Issued(ILogger logger, string kind, string spiffeId, DateTimeOffset notAfter);

    [LoggerMessage(4, LogLevel.Warning, "Refused {Call} to {Caller}: {Reason}")]
    public static partial void Refused(ILogger logger, string call, string caller, string reason);

    [LoggerMessage(5, LogLevel.Information,
        "Trust changed to {Sequence}: {X509Authorities} X.509 and {JwtAuthorities} JWT authorities published, {Federated} foreign trust domains")]
    public static partial void TrustChanged(ILogger logger, ulong sequence, int x509Authorities, int jwtAuthorities, int federated);

    [LoggerMessage(6, LogLevel.Warning, "Identity {SpiffeId} {Change} by {By}")]
    public static partial void EntryChanged(ILogger logger, string spiffeId, string change, string by);

    [LoggerMessage(7, LogLevel.Warning, "Rotation of {Target} ahead of time by {By}")]
    public static partial void RotationForced(ILogger logger, string target, string by);

    [LoggerMessage(8, LogLevel.Warning, "{Manifest}")]
    public static partial void ManifestWarning(ILogger logger, string manifest);

    [LoggerMessage(9, LogLevel.Information, "Trust domain {TrustDomain} now has {X509Authorities} X.509 and {JwtAuthorities} JWT authorities here")]
    public static partial void FederationChanged(ILogger logger, string trustDomain, int x509Authorities, int jwtAuthorities);

    [LoggerMessage(10, LogLevel.Warning, "Mesh:WorkloadApi:Federation: {File} is not a bundle document yet ({Reason}); it is read again")]
    public static partial void BundleFileUnreadable(ILogger logger, string file, string reason);

    [LoggerMessage(11, LogLevel.Warning, "Federation with {TrustDomain} ended by {By}")]
    public static partial void FederationEnded(ILogger logger, string trustDomain, string by);
}
