using System.Reflection;
using AgentMesh.A2A.Mesh;
using AgentMesh.Auth;
using AgentMesh.Auth.AspNetCore;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using ModelContextProtocol.AspNetCore;
using ModelContextProtocol.Server;

namespace AgentMesh.Mcp;

/// <summary>Offers what an agent can do as tools of a Model Context Protocol server.</summary>
public static class McpTools
{
    /// <summary>Where agents of the mesh serve the protocol (Streamable HTTP).</summary>
    public const string Path = "/mcp";

    /// <summary>
    /// Registers the server. Every skill added with <c>AddSkill</c> whose handler is a <see cref="SkillHandler{TRequest, TResult}"/> is a tool of it.
    /// </summary>
    /// <param name="builder">An agent's builder, with <c>AddAgentServer</c> and <c>AddAgentKernel</c> called on it. Calling twice adds nothing.</param>
    /// <returns>The same builder.</returns>
    public static IHostApplicationBuilder AddMcpTools(this IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        if (services.Any(service => service.ServiceType == typeof(ToolCatalog)))
            return builder;
        var address = AgentAddress.Reader(builder.Configuration);
        services.AddSingleton(new McpAddress(() => new Uri(address(), Path)));
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<ToolCatalog>();
        services.AddSingleton<ToolAudit>();
        services.AddSingleton<IConfigureOptions<McpServerOptions>, ServerName>();
        services.AddMcpServer().WithHttpTransport(transport =>
        {
            transport.SessionMode = HttpServerSessionMode.Stateless;
            transport.ConfigureSessionOptions = ToolRequests.ConfigureAsync;
        });
        return builder;
    }

    /// <summary>
    /// Offers kernel functions: the <c>[KernelFunction]</c> methods of a type, each to callers that were granted what its <c>[RequireScope]</c> says. A
    /// function without a scope is offered to nobody.
    /// </summary>
    /// <typeparam name="TTools">A class that is registered as a service; made for each call.</typeparam>
    /// <param name="builder">An agent's builder.</param>
    /// <param name="only">The functions to offer; none: all of them.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">The type has no function of such a name.</exception>
    public static IHostApplicationBuilder AddMcpTools<TTools>(this IHostApplicationBuilder builder, params string[] only) where TTools : class
    {
        builder.AddMcpTools();
        builder.Services.TryAddTransient<TTools>();
        foreach (var tool in KernelTool.Of(typeof(TTools), only))
            builder.Services.AddSingleton(tool);
        return builder;
    }

    /// <summary>
    /// Serves the tools at <see cref="Path"/> for callers with a scope of one of them at least, each tool for those with its own, and its protected resource
    /// metadata (RFC 9728) for every peer of the mesh. Does nothing for an agent without tools.
    /// </summary>
    /// <param name="app">The application, after <c>UseAgentServer</c>.</param>
    /// <returns>The same application.</returns>
    /// <exception cref="OptionsValidationException"><c>Mesh:Address</c> is needed and not set.</exception>
    public static WebApplication MapMcpTools(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        var scopes = app.Services.GetRequiredService<ToolCatalog>().Scopes;
        // Without any scope there is nothing that anybody may call, and no endpoint to try it on.
        if (scopes.Length == 0)
            return app;
        var endpoint = app.MapGroup(Path).RequireAnyScope(scopes).RefuseBrowsers()
            .WithProtectedResource(app, app.Services.GetRequiredService<McpAddress>().Resource(), scopes);
        endpoint.MapMcp();
        // Clients look for a session's stream, and are to be told that there is none.
        endpoint.MapMethods("", [HttpMethods.Get, HttpMethods.Delete], NoSessions);
        return app;
    }

    private static Task NoSessions(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
        context.Response.Headers.Allow = HttpMethods.Post;
        return Task.CompletedTask;
    }

    private sealed record McpAddress(Func<Uri> Resource);

    /// <summary>The server is called what the agent is called.</summary>
    private sealed class ServerName(MeshIdentity identity) : IConfigureOptions<McpServerOptions>
    {
        public void Configure(McpServerOptions options) => options.ServerInfo = new()
        {
            Name = identity.Party.Name,
            Version = (Assembly.GetEntryAssembly() ?? typeof(McpTools).Assembly).GetName().Version?.ToString(3) ?? "0.0.0",
        };
    }
}
