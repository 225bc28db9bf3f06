using System.Reflection;
using System.Text;
using AgentMesh.Manifest;

namespace AgentMesh.WorkloadApi.Configuration;

/// <summary>What the server was told, checked.</summary>
internal sealed record WorkloadApiSettings
{
    private const string Section = "Mesh:WorkloadApi:";

    public required MeshManifest Manifest { get; init; }

    /// <summary>Debug or Release: which build of the mesh's programs gets identities.</summary>
    public required string BuildConfiguration { get; init; }

    /// <summary>Absolute path of the Unix socket.</summary>
    public required string Socket { get; init; }

    /// <summary>Whether other users of the machine may connect (they are attested like everybody else).</summary>
    public required bool SocketForEveryone { get; init; }

    /// <summary>Where the plain HTTP documents are served: loopback only.</summary>
    public required IReadOnlyList<Uri> HttpAddresses { get; init; }

    /// <summary>The <c>iss</c> of JWT-SVIDs; null: the first HTTP address.</summary>
    public required string? Issuer { get; init; }

    public required TimeSpan AuthorityLifetime { get; init; }

    public required TimeSpan PropagationDelay { get; init; }

    /// <summary>How often those who federate with us should look (<c>spiffe_refresh_hint</c>).</summary>
    public required TimeSpan RefreshHint { get; init; }

    /// <summary>Null: other trust domains cannot fetch the bundle, but for /bundle on loopback.</summary>
    public required BundleEndpointSettings? BundleEndpoint { get; init; }

    public required IReadOnlyList<FederationSettings> Federation { get; init; }

    public required bool AllowOutsideDevelopment { get; init; }

    public static WorkloadApiSettings Read(IConfiguration configuration)
    {
        var manifestPath = configuration["Mesh:Manifest"] ?? "mesh.json";
        if (!File.Exists(manifestPath))
            throw new SettingsException($"Mesh:Manifest: there is no file {Path.GetFullPath(manifestPath)}. Set Mesh:Manifest to the path of mesh.json.");
        var manifest = MeshManifest.Load(Path.GetFullPath(manifestPath));
        var refreshHint = configuration.Duration(Section + "RefreshHint", TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));
        var bundleEndpoint = BundleEndpointSettings.Read(configuration);
        // Our own workloads hear of a new authority at once, other trust domains when they look next (Federation §4.1).
        var usualPropagation = bundleEndpoint is null ? TimeSpan.FromSeconds(10) : refreshHint * 3;
        var propagation = configuration.Duration(Section + "PropagationDelay", usualPropagation, TimeSpan.Zero, TimeSpan.FromHours(3));
        var longest = manifest.Lifetimes.X509Svid > manifest.Lifetimes.JwtSvid ? manifest.Lifetimes.X509Svid : manifest.Lifetimes.JwtSvid;
        // From two thirds of its life on an authority signs nothing: what it signed last must still end before it does.
        var shortest = (longest + propagation) * 6;
        var usual = TimeSpan.FromHours(24);
        return new WorkloadApiSettings
        {
            Manifest = manifest,
            BuildConfiguration = configuration.OneOf("Mesh:Configuration", OwnBuildConfiguration(), OwnBuildConfiguration() == "Debug" ? "Release" : "Debug"),
            Socket = SocketPath(configuration),
            SocketForEveryone = configuration.OneOf(Section + "SocketAccess", "owner", "everyone") == "everyone",
            HttpAddresses = Addresses(configuration["urls"]),
            Issuer = IssuerOf(configuration),
            PropagationDelay = propagation,
            AuthorityLifetime = configuration.Duration(Section + "AuthorityLifetime", usual > shortest ? usual : shortest, shortest, TimeSpan.FromDays(365)),
            RefreshHint = refreshHint,
            BundleEndpoint = bundleEndpoint,
            Federation = FederationSettings.Read(configuration, manifest.TrustDomain),
            AllowOutsideDevelopment = configuration.OneOf(Section + "AllowOutsideDevelopment", "false", "true") == "true",
        };
    }

    private static string SocketPath(IConfiguration configuration)
    {
        const string key = Section + "Socket";
        var value = configuration[key];
        if (string.IsNullOrEmpty(value))
            throw new SettingsException($"{key} is not set. Set it to the path of the Unix socket to serve, for example /tmp/agentmesh/w.sock.");
        var path = Path.GetFullPath(value.StartsWith("unix://", StringComparison.Ordinal) ? value["unix://".Length..] : value);
        // sun_path holds 108 bytes on Linux and 104 on macOS, one of them the terminating zero.
        var longest = OperatingSystem.IsMacOS() ? 103 : 107;
        var length = Encoding.UTF8.GetByteCount(path);
        return length <= longest
            ? path
            : throw new SettingsException($"{key}: the path is {length} bytes long and a Unix socket's may be {longest}. Choose a shorter one, for example under /tmp. It is {path}");
    }

    private static Uri[] Addresses(string? urls)
    {
        var addresses = (string.IsNullOrWhiteSpace(urls) ? "http://127.0.0.1:0" : urls).Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return [.. addresses.Select(Address)];

        static Uri Address(string value) =>
            Uri.TryCreate(value, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback && uri.AbsolutePath == "/"
                ? uri
                : throw new SettingsException($"ASPNETCORE_URLS: '{value}' cannot be served. Use plain http on a loopback address, for example http://127.0.0.1:8090.");
    }

    private static string? IssuerOf(IConfiguration configuration)
    {
        var value = configuration[Section + "Issuer"];
        if (string.IsNullOrEmpty(value))
            return null;
        return Uri.TryCreate(value, UriKind.Absolute, out var uri) && uri.Scheme is "https" or "http" && uri.Query.Length == 0 && uri.Fragment.Length == 0
            ? value
            : throw new SettingsException($"{Section}Issuer: '{value}' is not an http or https URL without query and fragment.");
    }

    private static string OwnBuildConfiguration() =>
        typeof(WorkloadApiSettings).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()?.Configuration ?? "Debug";
}
