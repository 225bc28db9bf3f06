// TEMPORARY: public surface that the other parts compile against. Replaced file by file by the real thing.
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
#pragma warning disable CS1591, CA1822, CA1065, CS9113, CA1812, CA1801, IDE0060, CA1024, CA1000, CS0067
namespace AgentMesh.Spiffe;

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

public readonly record struct JwtSvidValidation(JwtSvid? Svid, string? Error) { public bool IsValid => Svid is not null; }
public static class JwtSvidValidator
{
    // J1-J3; `audience` must be among aud; clock skew `skew` (default 0... 10 s)
    public static JwtSvidValidation Validate(string token, IJwtBundleSource bundles, string audience, DateTimeOffset now) => throw new NotImplementedException();
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

public static class SpiffeServiceCollectionExtensions
{
    // registers SpiffeSource as a singleton behind its four interfaces, starts it with the host, health check "spiffe", meter AgentMesh.Spiffe
    public static IServiceCollection AddSpiffe(this IServiceCollection services, Action<WorkloadApiClientOptions>? configure = null) => throw new NotImplementedException();
}
