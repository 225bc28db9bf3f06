using AgentMesh.A2A;
using AgentMesh.A2A.Mesh;
using AgentMesh.Auth.AspNetCore;

namespace AgentMesh.Registry;

/// <summary>
/// The registry as a web application. It is a process of its own, with an identity of its own: what it reads comes from agents, and it holds nothing
/// that could hurt others: no signing key, no token. Callers verify what it says.
/// </summary>
internal static class RegistryHost
{
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateSlimBuilder(args);
        builder.WebHost.UseKestrelHttpsConfiguration();
        configure?.Invoke(builder);
        builder.AddAgentServer();
        builder.Services.AddSingleton<IServicePolicy, RegistryPolicy>();
        builder.Services.AddSingleton<AgentAddresses>();
        builder.Services.AddSingleton<RegisteringAgents>();
        builder.Services.AddSingleton<RegistryAudit>();
        builder.Services.AddSingleton(RegistryStore.Create);
        builder.Services.AddSingleton(provider => new AgentRegistry(
            provider.GetRequiredService<IAgentRegistryStore>(), RegistryConnection.Lifetime, provider.GetRequiredService<TimeProvider>()));

        var app = builder.Build();
        app.UseAgentServer();
        var agents = app.Services.GetRequiredService<RegisteringAgents>();
        var audit = app.Services.GetRequiredService<RegistryAudit>();
        app.MapAgentRegistry(RegistryConnection.Path, app.Services.GetRequiredService<AgentRegistry>(), agents.Identify, new AgentRegistryOptions
        {
            MayFind = agents.MayFind,
            OnRefused = audit.RecordRefusalAsync,
        }).RequireScope(RegistryPolicy.Scope);
        return app;
    }
}
