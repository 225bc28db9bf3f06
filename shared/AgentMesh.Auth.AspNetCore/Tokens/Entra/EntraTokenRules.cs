using System.Collections.Frozen;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AgentMesh.Auth.AspNetCore;

/// <summary>The tenants of Microsoft Entra ID whose tokens this agent accepts, by their issuer names.</summary>
internal sealed class EntraTokenRules : IDisposable
{
    public const string HttpClientName = "AgentMesh.Entra.Keys";

    private readonly FrozenDictionary<string, EntraTenantRules> _tenants;

    private EntraTokenRules(IEnumerable<EntraTenantRules> tenants) => _tenants = tenants.ToFrozenDictionary(static t => t.Issuer, StringComparer.Ordinal);

    /// <summary>The rules as configured; null when <c>Mesh:Server:Entra</c> is not there.</summary>
    /// <exception cref="OptionsValidationException">A setting is missing or wrong.</exception>
    public static EntraTokenRules? Create(IServiceProvider services)
    {
        var section = services.GetRequiredService<IConfiguration>().GetSection(EntraTokenOptions.Section);
        if (!section.Exists())
            return null;
        var options = Bind(section);
        var identity = services.GetRequiredService<MeshIdentity>();
        EntraTokenOptionsValidator.Check(options, identity);
        var tenants = options.Callers.GroupBy(static c => c.Value.TenantId!);
        return new EntraTokenRules([.. tenants.Select(t => new EntraTenantRules(t.Key, t, options, identity, KeysOf(t.Key, options, services)))]);
    }

    /// <summary>The issuer names, as they stand in <c>iss</c>.</summary>
    public IEnumerable<string> Issuers => _tenants.Keys;

    public ITokenRules? ForIssuer(string? issuer) => issuer is null ? null : _tenants.GetValueOrDefault(issuer);

    public void Dispose()
    {
        foreach (var tenant in _tenants.Values)
            tenant.Keys.Dispose();
    }

    private static EntraTokenOptions Bind(IConfigurationSection section)
    {
        // The binder says of an empty value only that there is one.
        if (EmptyLeaf(section) is { } empty)
            throw Wrong($"{empty} (environment: {empty.Replace(":", "__", StringComparison.Ordinal)}) is empty. Set it, or leave it out.");
        var options = new EntraTokenOptions();
        try
        {
            section.Bind(options, static binder => binder.ErrorOnUnknownConfiguration = true);
        }
        catch (InvalidOperationException exception)
        {
            throw Wrong($"{EntraTokenOptions.Section}: {exception.Message}");
        }
        return options;
    }

    private static string? EmptyLeaf(IConfigurationSection section)
    {
        var children = section.GetChildren().ToArray();
        return children.Length > 0 ? children.Select(EmptyLeaf).FirstOrDefault(static e => e is not null) : string.IsNullOrEmpty(section.Value) ? section.Path : null;
    }

    private static OptionsValidationException Wrong(string message) => new(nameof(EntraTokenOptions), typeof(EntraTokenOptions), [message]);

    private static IssuerKeys KeysOf(string tenant, EntraTokenOptions options, IServiceProvider services) => new(
        new EntraKeySource(EntraIssuer.For(options.Instance, tenant, options.TokenVersion), services.GetRequiredService<IHttpClientFactory>()),
        services.GetRequiredService<IOptions<AgentServerOptions>>(), services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILogger<IssuerKeys>>());
}
