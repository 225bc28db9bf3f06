using AgentMesh.Auth.AspNetCore;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace AgentMesh.A2A.Mesh;

/// <summary>Gives an agent skills that it serves over A2A.</summary>
public static class SkillEndpoints
{
    /// <summary>Where agents of the mesh serve A2A.</summary>
    public const string Path = "/a2a";

    /// <summary>
    /// Adds a skill: the class with <see cref="SkillAttribute"/> that does the work. With the first one come the A2A server, the agent's card, signed
    /// with its SVID, and its registration where the manifest names the service <c>registry</c>.
    /// </summary>
    /// <typeparam name="THandler">The skill's handler; made for each message, so it can take scoped and transient services.</typeparam>
    /// <param name="builder">An agent's builder, with <c>AddAgentServer</c> called on it.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="InvalidOperationException">The class has no <see cref="SkillAttribute"/>, or another skill has its id.</exception>
    public static WebApplicationBuilder AddSkill<THandler>(this WebApplicationBuilder builder) where THandler : class, ISkillHandler
    {
        ArgumentNullException.ThrowIfNull(builder);
        var skill = SkillDefinition.Of(typeof(THandler));
        if (builder.Services.Any(service => service.ImplementationInstance is SkillDefinition other && other.Id == skill.Id))
            throw new InvalidOperationException($"Two skills have the id \"{skill.Id}\". Give {typeof(THandler)} another.");
        SkillServer.Add(builder);
        builder.Services.AddSingleton(skill);
        builder.Services.AddTransient<THandler>();
        return builder;
    }

    /// <summary>
    /// Serves the skills: both bindings of A2A at <see cref="Path"/> for callers with a scope of one of the skills at least, each skill for those with
    /// its own; and the card at <see cref="A2AProtocol.AgentCardPath"/> for every peer of the mesh. Does nothing for an agent without skills.
    /// </summary>
    /// <param name="app">The application, after <c>UseAgentServer</c>.</param>
    /// <returns>The same application.</returns>
    public static WebApplication MapSkills(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        var scopes = app.Services.GetServices<SkillDefinition>().SelectMany(skill => skill.Scopes).Distinct().ToArray();
        // Without any scope there is nothing that anybody may use, and no endpoint to try it on.
        if (scopes.Length == 0)
            return app;
        app.MapA2A(Path).RequireAnyScope(scopes);
        app.MapAgentCard().WithMetadata(new AllowAnonymousAttribute());
        return app;
    }
}
