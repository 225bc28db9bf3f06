using AgentMesh.Registry;
using AgentMesh.ServiceDefaults;

return await Agent.RunAsync(() => RegistryHost.Build(args, builder => builder.AddServiceDefaults()));
