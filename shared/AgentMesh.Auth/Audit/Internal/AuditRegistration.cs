using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
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
            RequireJournal(options, s.GetService<IHostEnvironment>());
            var journal = options.AuditDirectory is { } directory
                ? new AuditJournal(Path.Combine(directory, options.Name + ".jsonl"), s.GetRequiredService<MeshIdentity>().Id.ToString(),
                    s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<AuditJournal>>(), s.GetRequiredService<AuthMetrics>().AuditRecords, options.JournalLimits)
                : null;
            return new AuditLog(journal, s.GetRequiredService<ILogger<AuditLog>>(), s.GetRequiredService<TimeProvider>());
        });
        services.AddSingleton<AuditShippingMetrics>();
        services.TryAddSingleton<IAuditLedger, RemoteLedger>();
        services.AddHostedService(static s => new JournalShipper(s.GetRequiredService<IAuditLog>(), s.GetRequiredService<IAuditLedger>,
            s.GetRequiredService<AuditShippingMetrics>(), s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<JournalShipper>>()));
        return services;
    }

    // A log that nobody keeps is no audit trail: good for a first try, and for nothing else.
    private static void RequireJournal(MeshOptions options, IHostEnvironment? environment)
    {
        if (options.AuditDirectory is not null || environment?.IsDevelopment() == true)
            return;
        throw new OptionsValidationException(nameof(MeshOptions), typeof(MeshOptions),
            [$"{MeshOptions.Names(nameof(MeshOptions.AuditDirectory))} is not set, so nothing would be on record. Set it to a folder on a volume that this process may write to, such as /var/lib/agentmesh. "
                + $"Only in the environment Development a journal may be missing; this is {environment?.EnvironmentName ?? "a process without a host, which counts as Production"}."]);
    }
}
