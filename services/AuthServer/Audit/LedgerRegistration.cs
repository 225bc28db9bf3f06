using AgentMesh.Auth;
using AgentMesh.AuthServer.Audit.Storage;
using AgentMesh.AuthServer.Hosting;

namespace AgentMesh.AuthServer.Audit;

internal static class LedgerRegistration
{
    /// <summary>Before the mesh identity is added, which would ship this server's journal to itself over a connection.</summary>
    public static void AddAuditLedger(this IServiceCollection services, AuthServerOptions options, string dataDirectory)
    {
        services.AddSingleton(new LedgerDatabase(options, dataDirectory));
        services.AddSingleton(provider => new LedgerQuota(options, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new AuditLedger(provider.GetRequiredService<LedgerDatabase>(), provider.GetRequiredService<TimeProvider>(), options.AuditInstancesPerDay));
        services.AddSingleton<IAuditLedger, OwnLedger>();
        services.AddSingleton<LedgerReader>();
        services.AddScoped<JournalEndpoint>();
        services.AddScoped<LedgerEndpoints>();
    }
}
