using AgentMesh.Spiffe;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace AgentMesh.Auth;

/// <summary>Registers the audit log, for a party that records and ships what it decides but calls nobody with tokens.</summary>
public static class MeshAuditExtensions
{
    /// <summary>The log's category of audit events, which hold what the journal's records hold: <c>deny</c> at Warning, all others at Information.</summary>
    public const string LogCategory = "AgentMesh.Auth.AuditLog";

    /// <summary>
    /// Adds <see cref="IAuditLog"/> and what it needs: <see cref="MeshOptions"/> (validated on start), the manifest, <see cref="MeshIdentity"/> and
    /// the authorization server's client, which the journal is shipped with. <see cref="IX509SvidSource"/> and <see cref="IX509BundleSource"/> must be there.
    /// </summary>
    /// <param name="services">Where to register.</param>
    /// <param name="configuration">Holds the section <c>Mesh</c>.</param>
    /// <returns>The same collection.</returns>
    public static IServiceCollection AddMeshAudit(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configuration);
        var section = configuration.GetSection(MeshOptions.Section);
        services.AddOptions<MeshOptions>().Bind(section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<MeshOptions>, MeshOptionsValidator>();
        services.AddOptions<AuthorizationServerOptions>().Bind(section.GetSection("AuthorizationServer")).ValidateOnStart();
        services.AddSingleton<IValidateOptions<AuthorizationServerOptions>, AnnotatedOptions<AuthorizationServerOptions>>();

        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(s => ManifestFile.Load(s.GetRequiredService<IOptions<MeshOptions>>().Value, configuration));
        services.AddSingleton<MeshIdentity>();
        services.AddSingleton<AuthMetrics>();
        services.AddSingleton(s => ActivatorUtilities.CreateInstance<AuthorizationServerFactory>(s).Create());
        return services.AddAuditLog();
    }
}
