using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AgentMesh.Auth;

internal static class AuditRegistration
{
    public static IServiceCollection AddAuditLog(this IServiceCollection services)
    {
        services.TryAddSingleton<IAuditLog>(static s =>
        {
            var options = s.GetRequiredService<IOptions<MeshOptions>>().Value;
            var journal = options.AuditDirectory is { } directory
                ? new AuditJournal(Path.Combine(directory, options.Name + ".jsonl"), s.GetRequiredService<MeshIdentity>().Id.ToString(),
                    s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<AuditJournal>>(), s.GetRequiredService<AuthMetrics>().AuditRecords)
                : null;
            return new AuditLog(journal, options.AuditFailClosed, s.GetRequiredService<ILogger<AuditLog>>());
        });
        services.AddSingleton<AuditShippingMetrics>();
        services.TryAddSingleton<IAuditLedger, RemoteLedger>();
        services.AddHostedService(static s => new JournalShipper(s.GetRequiredService<IAuditLog>(), s.GetRequiredService<IAuditLedger>,
            s.GetRequiredService<AuditShippingMetrics>(), s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<JournalShipper>>()));
        return services;
    }
}
