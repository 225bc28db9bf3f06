using AgentMesh.Auth;
using AgentMesh.Spiffe;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AgentMesh.A2A.Mesh;

/// <summary>
/// The mesh's registry as seen from a party: called over mutual TLS, and it must prove the SPIFFE ID that the manifest gives the service
/// <see cref="Name"/>. Its address is the setting <c>services:registry:https:0</c>, as service discovery writes addresses.
/// </summary>
public sealed partial class RegistryConnection : IDisposable
{
    /// <summary>The registry's name among the manifest's services.</summary>
    public const string Name = "registry";

    /// <summary>Where the registry serves registrations.</summary>
    public const string Path = "/agents";

    /// <summary>How long a registration counts as healthy.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(45);

    /// <summary>How often an agent registers again.</summary>
    internal static readonly TimeSpan Period = Lifetime / 3;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    private readonly HttpClient? _http;
    private readonly ILogger _logger;

    internal RegistryConnection(Uri? address, MeshIdentity identity, IX509BundleSource bundles, TimeProvider time, ILogger<RegistryConnection> logger)
    {
        _logger = logger;
        if (!identity.Manifest.Services.TryGetValue(Name, out var registry))
            return;
        if (address is null)
        {
            LogNoAddress(identity.Manifest.Path ?? "the manifest");
            return;
        }
        if (address.Scheme != Uri.UriSchemeHttps)
            throw new OptionsValidationException(nameof(RegistryConnection), typeof(RegistryConnection), [$"services:{Name}:https:0 is {address}, which is no https address."]);
        _http = new HttpClient(SpiffeTls.CreateHandler(identity, bundles, Authorize.Id(SpiffeId.Parse(registry.SpiffeId)), time, LogRefused)) { Timeout = Timeout };
        Client = new AgentRegistryClient(_http, new Uri(address, Path));
    }

    /// <summary>The registry's client; null where the mesh has none.</summary>
    public AgentRegistryClient? Client { get; }

    /// <inheritdoc/>
    public void Dispose() => _http?.Dispose();

    internal static void Add(IServiceCollection services, IConfiguration configuration)
    {
        var given = configuration[$"services:{Name}:https:0"];
        services.TryAddSingleton(provider => new RegistryConnection(
            given is { Length: > 0 } ? new Uri(given, UriKind.Absolute) : null,
            provider.GetRequiredService<MeshIdentity>(),
            provider.GetRequiredService<IX509BundleSource>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<RegistryConnection>>()));
    }

    [LoggerMessage(7110, LogLevel.Warning, "{Manifest} names the service registry, but services:registry:https:0 does not say where it is: no agent is found by skill, and this one is not registered.")]
    private partial void LogNoAddress(string manifest);

    [LoggerMessage(7111, LogLevel.Warning, "Refused to talk to what should be the registry: {Reason}")]
    private partial void LogRefused(string reason);
}
