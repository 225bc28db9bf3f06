using AgentMesh.A2A.Mesh;
using AgentMesh.Auth.AspNetCore;
using AgentMesh.Mcp;
using AgentMesh.SemanticKernel;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace AgentMesh.ServiceDefaults;

/// <summary>One call makes a web application an agent.</summary>
public static class AgentDefaults
{
    /// <summary>
    /// <see cref="ServiceDefaultsExtensions.AddServiceDefaults"/> and the agent's part: its identity (<c>Mesh:Name</c>, from the Workload API),
    /// mutual TLS and tokens on everything that comes in, problem details, the store of its tasks, a Semantic Kernel held to the request's scopes, and an
    /// MCP server for the skills.
    /// Calls to other agents: <c>AddHttpClient&lt;T&gt;(…).AddAgentAuth("callee", "scope")</c>.
    /// </summary>
    /// <exception cref="StartupException">The configuration is wrong; run the application in <see cref="Agent.RunAsync"/>, which prints it.</exception>
    public static WebApplicationBuilder AddAgent(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        QuietStart.Add(builder);
        builder.AddServiceDefaults();
        builder.AddAgentServer();
        builder.AddAgentKernel();
        builder.AddMcpTools();
        Problems.Add(builder.Services);
        TaskDatabase.Add(builder);
        builder.Services.Configure<SkillOptions>(options => options.Explain = SkillFailures.Explain);
        return builder;
    }

    /// <summary>
    /// The middleware in the right order, health on the plain port, the skills that were added with <c>AddSkill</c>, over A2A and as MCP tools, and the
    /// functions that were added with <c>AddMcpTools</c>. Endpoints that are mapped afterwards need <c>RequireScope</c>: without it they are refused.
    /// </summary>
    public static WebApplication UseAgent(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.UseAgentServer();
        app.UseExceptionHandler();
        app.MapSkills();
        app.MapMcpTools();
        return app;
    }
}
