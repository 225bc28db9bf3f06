using AgentMesh.Manifest;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace AgentMesh.Auth;

/// <summary>Each callee's token source: the one that <c>Mesh:Callees:{name}:TokenSource</c> names, else the mesh's authorization server.</summary>
internal sealed class CalleeTokenSources : ITokenSource
{
    public const string Section = "Mesh:Callees";
    private const string Mesh = "mesh";

    private readonly ITokenSource _default;
    private readonly Dictionary<string, ITokenSource> _sources = new(StringComparer.Ordinal);

    /// <exception cref="OptionsValidationException">A setting names a callee or a source that does not exist.</exception>
    public CalleeTokenSources(ITokenSource @default, IServiceProvider services, IConfiguration configuration, MeshManifest manifest)
    {
        _default = @default;
        foreach (var callee in configuration.GetSection(Section).GetChildren())
        {
            if (!manifest.TryGetParty(callee.Key, out var party))
                throw Misconfigured($"{Section}:{callee.Key} is set, but {manifest.Path ?? "the manifest"} does not list \"{callee.Key}\". Correct the name, or remove the setting.");
            if (callee.GetChildren().FirstOrDefault(static c => c.Value is not null && !c.Key.Equals("TokenSource", StringComparison.OrdinalIgnoreCase)) is { } unknown)
                throw Misconfigured($"{unknown.Path} is no setting. A callee has TokenSource, and a section for the settings of that source.");
            if (callee["TokenSource"] is not { } name || name == Mesh)
                continue;
            var setting = $"{Section}:{callee.Key}:TokenSource (environment: Mesh__Callees__{callee.Key}__TokenSource)";
            if (party.Authentication == EdgeAuthentication.Mtls)
                throw Misconfigured($"{setting} is \"{name}\", but {party.Name} is called with mTLS alone (\"auth\": \"mtls\") and takes no token. Remove the setting.");
            _sources[party.Name] = services.GetKeyedService<ITokenSource>(name)
                ?? throw Misconfigured($"{setting} is \"{name}\", and there is no such token source. Write \"{Mesh}\", or register it; \"entra\" is registered by AddEntraTokens of AgentMesh.Entra.");
        }
    }

    public ITokenSource For(Party callee) => _sources.GetValueOrDefault(callee.Name, _default);

    /// <summary>Whether the callee's tokens come from the mesh's authorization server.</summary>
    public bool IsDefaultFor(Party callee) => !_sources.ContainsKey(callee.Name);

    public ValueTask<TokenResult> GetTokenAsync(TokenRequest request, CancellationToken cancellationToken = default) =>
        For(request.Callee).GetTokenAsync(request, cancellationToken);

    private static OptionsValidationException Misconfigured(string message) => new(nameof(MeshOptions), typeof(MeshOptions), [message]);
}
