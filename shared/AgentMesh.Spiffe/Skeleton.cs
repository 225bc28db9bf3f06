// TEMPORARY: public surface that the other parts compile against. Replaced file by file by the real thing.
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
#pragma warning disable CS1591, CA1822, CA1065, CS9113, CA1812, CA1801, IDE0060, CA1024, CA1000, CS0067
namespace AgentMesh.Spiffe;

public sealed class TrustDomain : IEquatable<TrustDomain>
{
    public static TrustDomain Parse(string value) => throw new NotImplementedException();   // "agentmesh.local" or "spiffe://agentmesh.local"
    public static bool TryParse(string? value, out TrustDomain? trustDomain) => throw new NotImplementedException();
    public string Name => throw new NotImplementedException();
    public SpiffeId Id => throw new NotImplementedException();          // spiffe://agentmesh.local
    public bool Equals(TrustDomain? other) => throw new NotImplementedException();
    public override bool Equals(object? obj) => Equals(obj as TrustDomain);
    public override int GetHashCode() => throw new NotImplementedException();
    // operators == and != ; ToString() = Name
}

public sealed class SpiffeId : IEquatable<SpiffeId>
{
    public static SpiffeId Parse(string value) => throw new NotImplementedException();      // FormatException
    public static bool TryParse(string? value, out SpiffeId? id) => throw new NotImplementedException();
    public TrustDomain TrustDomain => throw new NotImplementedException();
    public string Path => throw new NotImplementedException();          // "" or "/agent/advisor"
    public bool MemberOf(TrustDomain trustDomain) => throw new NotImplementedException();
    public bool Equals(SpiffeId? other) => throw new NotImplementedException();
    public override bool Equals(object? obj) => Equals(obj as SpiffeId);
    public override int GetHashCode() => throw new NotImplementedException();
    // operators == and != ; ToString() = "spiffe://td/path" (cached, no allocation)
}

/// An X509-SVID with its private key; immutable.
public sealed class X509Svid : IDisposable
{
    public X509Svid(X509Certificate2 leafWithKey, IReadOnlyList<X509Certificate2> intermediates, string hint = "") => throw new NotImplementedException();
    public SpiffeId Id => throw new NotImplementedException();
    public X509Certificate2 Certificate => throw new NotImplementedException();              // leaf with private key
    public IReadOnlyList<X509Certificate2> Intermediates => throw new NotImplementedException();
    public string Hint => throw new NotImplementedException();
    public DateTimeOffset NotBefore => throw new NotImplementedException();
    public DateTimeOffset NotAfter => throw new NotImplementedException();
    public string Thumbprint => throw new NotImplementedException();                         // RFC 8705 x5t#S256, base64url
    public SslStreamCertificateContext TlsContext => throw new NotImplementedException();    // one per SVID, offline
    public void Dispose() { }
}

public sealed class JwtSvid
{
    public SpiffeId Id => throw new NotImplementedException();
    public string Token => throw new NotImplementedException();
    public IReadOnlyList<string> Audience => throw new NotImplementedException();
    public DateTimeOffset ExpiresAt => throw new NotImplementedException();
    public DateTimeOffset? IssuedAt => throw new NotImplementedException();
    public string Hint => throw new NotImplementedException();
    public IReadOnlyDictionary<string, JsonElement> Claims => throw new NotImplementedException();
    public override string ToString() => throw new NotImplementedException();                // never the token
}

public sealed record X509Bundle(TrustDomain TrustDomain, IReadOnlyList<X509Certificate2> Authorities);

public interface IX509BundleSource { X509Bundle? FindX509Bundle(TrustDomain trustDomain); }      // null: not trusted
public interface IJwtBundleSource { JwtBundle? FindJwtBundle(TrustDomain trustDomain); }
public interface IX509SvidSource { X509Svid GetX509Svid(); }                                    // newest; AuthenticationException when there is none
public interface IJwtSvidSource { ValueTask<JwtSvid> FetchJwtSvidAsync(string audience, CancellationToken cancellationToken = default); } // cached, renewed ahead of expiry

/// Public keys by key id that verify JWT-SVIDs of one trust domain.
public sealed class JwtBundle
{
    public TrustDomain TrustDomain => throw new NotImplementedException();
    public static JwtBundle Parse(TrustDomain trustDomain, ReadOnlyMemory<byte> jwks) => throw new NotImplementedException();
}

/// SPIFFE bundle document (B1): X.509 and JWT authorities, sequence, refresh hint.
public sealed class SpiffeBundle
{
    public TrustDomain TrustDomain => throw new NotImplementedException();
    public IReadOnlyList<X509Certificate2> X509Authorities => throw new NotImplementedException();
    public JwtBundle JwtBundle => throw new NotImplementedException();
    public ulong? Sequence => throw new NotImplementedException();
    public TimeSpan? RefreshHint => throw new NotImplementedException();
    public static SpiffeBundle Parse(TrustDomain trustDomain, ReadOnlyMemory<byte> json) => throw new NotImplementedException();
}

/// <summary>Outcome of a validation: a SPIFFE ID, or why not. Never throws on hostile input.</summary>
public readonly record struct SvidValidation(SpiffeId? Id, string? Error) { public bool IsValid => Error is null && Id is not null; }

public static class X509SvidValidator
{
    // leaf profile (X1, X2), chain to the peer's own trust domain's bundle (WA9, X4), validity at `now`
    public static SvidValidation Validate(X509Certificate2 leaf, IEnumerable<X509Certificate2> intermediates, IX509BundleSource bundles, DateTimeOffset now) => throw new NotImplementedException();
    // profile only (no chain): the SPIFFE ID of an already verified certificate
    public static SvidValidation ReadId(X509Certificate2 leaf) => throw new NotImplementedException();
}

public readonly record struct JwtSvidValidation(JwtSvid? Svid, string? Error) { public bool IsValid => Svid is not null; }
public static class JwtSvidValidator
{
    // J1-J3; `audience` must be among aud; clock skew `skew` (default 0... 10 s)
    public static JwtSvidValidation Validate(string token, IJwtBundleSource bundles, string audience, DateTimeOffset now) => throw new NotImplementedException();
}

/// <summary>Decides whether an authenticated peer may be talked to. Plain functions, as in go-spiffe.</summary>
public delegate bool SpiffePeerAuthorizer(SpiffeId peer);
public static class Authorize
{
    public static SpiffePeerAuthorizer AnyPeer() => throw new NotImplementedException();
    public static SpiffePeerAuthorizer Id(SpiffeId id) => throw new NotImplementedException();
    public static SpiffePeerAuthorizer OneOf(params IEnumerable<SpiffeId> ids) => throw new NotImplementedException();
    public static SpiffePeerAuthorizer MemberOf(TrustDomain trustDomain) => throw new NotImplementedException();
}

public sealed class WorkloadApiClientOptions { public string? EndpointSocket { get; set; } /* default: SPIFFE_ENDPOINT_SOCKET */ }
public sealed class WorkloadApiClient : IAsyncDisposable
{
    public WorkloadApiClient(WorkloadApiClientOptions options, TimeProvider? time = null) => throw new NotImplementedException();
    public ValueTask DisposeAsync() => throw new NotImplementedException();
}

/// Holds the Workload API's streams open and always answers with the newest SVID and bundles.
public sealed class SpiffeSource : IX509SvidSource, IX509BundleSource, IJwtSvidSource, IJwtBundleSource, IAsyncDisposable
{
    public static SpiffeSource Create(WorkloadApiClientOptions options, TimeProvider? time = null) => throw new NotImplementedException();
    public Task WaitUntilReadyAsync(CancellationToken cancellationToken = default) => throw new NotImplementedException();
    public Task WaitUntilUpdatedAsync(CancellationToken cancellationToken = default) => throw new NotImplementedException();
    public event Action? Updated;                         // SVID or bundles changed
    public X509Svid GetX509Svid() => throw new NotImplementedException();
    public X509Bundle? FindX509Bundle(TrustDomain trustDomain) => throw new NotImplementedException();
    public ValueTask<JwtSvid> FetchJwtSvidAsync(string audience, CancellationToken cancellationToken = default) => throw new NotImplementedException();
    public JwtBundle? FindJwtBundle(TrustDomain trustDomain) => throw new NotImplementedException();
    public ValueTask DisposeAsync() => throw new NotImplementedException();
}

/// In-memory source for tests and for processes that already hold their material (the embedded CA itself).
public sealed class StaticSource : IX509SvidSource, IX509BundleSource, IJwtBundleSource
{
    public StaticSource(X509Svid? svid, IEnumerable<X509Bundle> x509Bundles, IEnumerable<JwtBundle>? jwtBundles = null) => throw new NotImplementedException();
    public void Update(X509Svid? svid, IEnumerable<X509Bundle> x509Bundles, IEnumerable<JwtBundle>? jwtBundles = null) => throw new NotImplementedException();
    public X509Svid GetX509Svid() => throw new NotImplementedException();
    public X509Bundle? FindX509Bundle(TrustDomain trustDomain) => throw new NotImplementedException();
    public JwtBundle? FindJwtBundle(TrustDomain trustDomain) => throw new NotImplementedException();
}

public static class SpiffeTls
{
    // For Kestrel's TlsHandshakeCallbackOptions.OnConnection and for SslStream. TLS 1.3, AllowTlsResume=false, ALPN set.
    public static SslServerAuthenticationOptions ServerOptions(IX509SvidSource svids, IX509BundleSource bundles, SpiffePeerAuthorizer authorize, bool clientCertificateRequired = true, TimeProvider? time = null, Action<string>? onRefused = null) => throw new NotImplementedException();
    // Client: picks up the newest SVID on every new connection; short PooledConnectionLifetime; no redirects, no proxy, no cookies.
    public static SocketsHttpHandler CreateHandler(IX509SvidSource svids, IX509BundleSource bundles, SpiffePeerAuthorizer authorize, TimeProvider? time = null, Action<string>? onRefused = null) => throw new NotImplementedException();
    // The SVID that authenticated the connection of a request sent through CreateHandler's handler is the one in GetX509Svid() at connect time; see SpiffeHttpHandler for attempts bound to one SVID.
}

public static class SpiffeServiceCollectionExtensions
{
    // registers SpiffeSource as a singleton behind its four interfaces, starts it with the host, health check "spiffe", meter AgentMesh.Spiffe
    public static IServiceCollection AddSpiffe(this IServiceCollection services, Action<WorkloadApiClientOptions>? configure = null) => throw new NotImplementedException();
}
