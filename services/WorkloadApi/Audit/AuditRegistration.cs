using AgentMesh.Auth;
using AgentMesh.Spiffe;
using AgentMesh.WorkloadApi.Configuration;

namespace AgentMesh.WorkloadApi.Audit;

internal static class AuditRegistration
{
    /// <summary>The audit log (a journal with <c>Mesh:AuditDirectory</c>, shipped with <c>Mesh:Issuer</c>) and what is written to it.</summary>
    public static void AddIdentityAudit(this WebApplicationBuilder builder, WorkloadApiSettings settings)
    {
        builder.Configuration["Mesh:Name"] ??= "workload-api";
        var services = builder.Services;
        services.AddSingleton<OwnIdentity>();
        services.AddSingleton<IX509SvidSource>(provider => provider.GetRequiredService<OwnIdentity>());
        services.AddSingleton<IX509BundleSource>(provider => provider.GetRequiredService<OwnIdentity>());
        services.AddMeshAudit(builder.Configuration);
        services.AddSingleton(settings.Manifest);
        services.AddSingleton<IdentityRecorder>();
    }
}
