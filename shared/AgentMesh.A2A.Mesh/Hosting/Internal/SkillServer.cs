using System.Reflection;
using AgentMesh.Auth;
using AgentMesh.Auth.AspNetCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace AgentMesh.A2A.Mesh;

/// <summary>The A2A server of an agent of the mesh: what the protocol's library leaves to its host.</summary>
internal static class SkillServer
{
    public static void Add(IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        if (services.Any(service => service.ServiceType == typeof(SkillCatalog)))
            return;
        // Now: once the server is set up, the setting is empty.
        var address = AgentAddress.Read(builder.Configuration);
        var tasks = TaskSettings.Read(builder.Configuration);
        services.AddOptions<SkillOptions>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => new SkillCatalog([.. provider.GetServices<SkillDefinition>()]));
        services.AddSingleton<SkillAuthorization>();
        services.AddSingleton(provider => new TaskVisibility(provider.GetRequiredService<MeshIdentity>().Manifest.Lifetimes.AccessToken, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new SvidCardSigner(provider.GetRequiredService<MeshIdentity>()));
        services.TryAddSingleton<ITaskStore>(_ => tasks.Store == TaskStoreKind.Memory ? new InMemoryTaskStore() : throw NoDatabase(tasks.Store));
        services.AddA2AServer<SkillExecutor>((options, provider) => Configure(options, provider, address, tasks));
        Registration.Add(services, builder.Configuration);
    }

    private static void Configure(A2AServerOptions options, IServiceProvider provider, Uri address, TaskSettings tasks)
    {
        var identity = provider.GetRequiredService<MeshIdentity>();
        var catalog = provider.GetRequiredService<SkillCatalog>();
        var authorization = provider.GetRequiredService<SkillAuthorization>();
        var visibility = provider.GetRequiredService<TaskVisibility>();
        var signer = provider.GetRequiredService<SvidCardSigner>();
        var card = MeshCard.Build(identity, catalog.Skills, address, Version);
        options.Retention = tasks.Retention;
        options.InterruptedRetention = tasks.InterruptedRetention;
        options.MaxTasksPerOwner = tasks.PerCaller;
        options.MaxBytesPerOwner = tasks.BytesPerCaller;
        options.MaxLiveTasksPerOwner = tasks.LivePerCaller;
        options.MaxRequestBytes = (int)provider.GetRequiredService<IOptions<AgentServerOptions>>().Value.MaxRequestBodyBytes;
        provider.GetRequiredService<IOptions<SkillOptions>>().Value.Server(options);
        options.Push.MayNotify = new OwnerNotices(provider.GetRequiredService<IRevocationState>(), provider.GetRequiredService<TimeProvider>()).MayNotify;
        options.Card = card;
        options.CardSigner = signer.Current;
        options.ExtendedCard = (_, _) => new(ExtendedFor(card, catalog));
        options.Owner = static _ => DelegationContext.Current is { } served ? TaskVisibility.OwnerOf(served) : null;
        options.CaptureState = static _ => DelegationContext.Current;
        options.Authorize = authorization.AuthorizeAsync;
        options.OnRefused = authorization.RecordAsync;
        options.OnTaskMade = (_, taskId) => visibility.Add(taskId, DelegationContext.Current!);
        options.FindDelegatingOwner = (_, taskId) => visibility.FindDelegatingOwner(taskId, DelegationContext.Current!);
    }

    private static OptionsValidationException NoDatabase(TaskStoreKind store) => new(nameof(TaskSettings), typeof(TaskSettings),
        [$"{TaskSettings.Section}:Store is {store}, but no ITaskStore is registered that keeps tasks there. Register one before the first AddSkill (AddAgent does), or set it to memory."]);

    /// <summary>For a caller that has authenticated: the skills that this request may use.</summary>
    private static AgentCard ExtendedFor(AgentCard card, SkillCatalog catalog)
    {
        var served = DelegationContext.Current!;
        var granted = catalog.Skills.Where(skill => skill.Scopes.Count > 0 && skill.Scopes.All(served.HasScope)).Select(skill => skill.Id).ToHashSet(StringComparer.Ordinal);
        return card with { Skills = [.. card.Skills.Where(skill => granted.Contains(skill.Id))] };
    }

    private static string Version =>
        (Assembly.GetEntryAssembly() ?? typeof(SkillServer).Assembly).GetName().Version?.ToString(3) ?? "0.0.0";
}
