using System.ComponentModel.DataAnnotations;

namespace AgentMesh.Auth.AspNetCore;

/// <summary>How an agent is served. Bound from <c>Mesh:Server</c>; addresses come from <c>ASPNETCORE_URLS</c>.</summary>
public sealed class AgentServerOptions
{
    /// <summary>The configuration section these settings are bound from.</summary>
    public const string Section = "Mesh:Server";

    /// <summary>
    /// Lets the plain port listen beyond loopback, as Kubernetes probes need. It serves <c>/health</c> and <c>/alive</c> and nothing else, to anybody who reaches it.
    /// </summary>
    public bool AllowPlainHealth { get; set; }

    /// <summary>Largest request body, in bytes (1 KiB to 1 GiB).</summary>
    [Range(1024L, 1L << 30, ErrorMessage = "Mesh:Server:MaxRequestBodyBytes (environment: Mesh__Server__MaxRequestBodyBytes) must be from 1024 to 1073741824.")]
    public long MaxRequestBodyBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>Largest sum of a request's headers, in bytes (4 KiB to 256 KiB).</summary>
    [Range(4 * 1024, 256 * 1024, ErrorMessage = "Mesh:Server:MaxRequestHeaderBytes (environment: Mesh__Server__MaxRequestHeaderBytes) must be from 4096 to 262144.")]
    public int MaxRequestHeaderBytes { get; set; } = 32 * 1024;

    /// <summary>Most connections at once (1 to 1,000,000).</summary>
    [Range(1, 1_000_000, ErrorMessage = "Mesh:Server:MaxConnections (environment: Mesh__Server__MaxConnections) must be from 1 to 1000000.")]
    public int MaxConnections { get; set; } = 4096;

    /// <summary>Most concurrent requests on one HTTP/2 connection (1 to 1000).</summary>
    [Range(1, 1000, ErrorMessage = "Mesh:Server:MaxStreamsPerConnection (environment: Mesh__Server__MaxStreamsPerConnection) must be from 1 to 1000.")]
    public int MaxStreamsPerConnection { get; set; } = 100;

    /// <summary>Longest TLS handshake (100 ms to 60 s).</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00", ErrorMessage = "Mesh:Server:HandshakeTimeout (environment: Mesh__Server__HandshakeTimeout) must be from 00:00:00.1 to 00:01:00.")]
    public TimeSpan HandshakeTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How far the authorization server's clock may be ahead when <c>iat</c> and <c>nbf</c> are checked (0 to 60 s). Expiry has no grace.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00", ErrorMessage = "Mesh:Server:ClockSkew (environment: Mesh__Server__ClockSkew) must be from 00:00:00 to 00:01:00.")]
    public TimeSpan ClockSkew { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Most tokens whose signature check is remembered (0 to 1,000,000).</summary>
    [Range(0, 1_000_000, ErrorMessage = "Mesh:Server:VerifiedTokens (environment: Mesh__Server__VerifiedTokens) must be from 0 to 1000000.")]
    public int VerifiedTokens { get; set; } = 10_000;

    /// <summary>How far <c>iat</c> of a DPoP proof may be from now, either way (1 s to 5 min).</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00", ErrorMessage = "Mesh:Server:ProofWindow (environment: Mesh__Server__ProofWindow) must be from 00:00:01 to 00:05:00.")]
    public TimeSpan ProofWindow { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Most used DPoP proofs remembered, each until it is too old (100 to 10,000,000), and half as many of one client. When either is reached, further ones are refused with 503.</summary>
    [Range(100, 10_000_000, ErrorMessage = "Mesh:Server:UsedProofs (environment: Mesh__Server__UsedProofs) must be from 100 to 10000000.")]
    public int UsedProofs { get; set; } = 100_000;

    /// <summary>Age at which the issuer's keys are read again in the background (1 s to 1 day).</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00", ErrorMessage = "Mesh:Server:KeysRefreshAfter (environment: Mesh__Server__KeysRefreshAfter) must be from 00:00:01 to 1.00:00:00.")]
    public TimeSpan KeysRefreshAfter { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Age at which keys that could not be read again are used no longer (1 min to 7 days).</summary>
    [Range(typeof(TimeSpan), "00:01:00", "7.00:00:00", ErrorMessage = "Mesh:Server:KeysMaxAge (environment: Mesh__Server__KeysMaxAge) must be from 00:01:00 to 7.00:00:00.")]
    public TimeSpan KeysMaxAge { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Shortest time between two reads of the keys, whatever tokens ask for (100 ms to 5 min).</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:05:00", ErrorMessage = "Mesh:Server:KeysMinInterval (environment: Mesh__Server__KeysMinInterval) must be from 00:00:00.1 to 00:05:00.")]
    public TimeSpan KeysMinInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// For how long revocations may go unheard before what was issued earlier is refused (45 s to 1 h). The stream shows a sign of life every 30 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:45", "01:00:00", ErrorMessage = "Mesh:Server:RevocationMaxStaleness (environment: Mesh__Server__RevocationMaxStaleness) must be from 00:00:45 to 01:00:00.")]
    public TimeSpan RevocationMaxStaleness { get; set; } = TimeSpan.FromSeconds(90);
}
