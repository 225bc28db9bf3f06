using AgentMesh.A2A.Mesh;
using AgentMesh.Agents.StarterAgent;
using AgentMesh.ServiceDefaults;

return await Agent.RunAsync(() =>
{
    var builder = WebApplication.CreateBuilder(args);
    builder.AddAgent();
    builder.AddSkill<AskSkill>();

    var app = builder.Build();
    app.UseAgent();
    return app;
});
