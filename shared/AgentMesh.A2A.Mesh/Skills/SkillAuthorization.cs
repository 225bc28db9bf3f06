using AgentMesh.Auth;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace AgentMesh.A2A.Mesh;

/// <summary>
/// Holds messages to the scopes of the skill that they are for, before a task is made of them, and records each decision. Deny by default: a skill
/// without a scope is nobody's.
/// </summary>
internal sealed class SkillAuthorization(SkillCatalog catalog, MeshIdentity identity, IAuditLog audit, TimeProvider time)
{
    private const string Reason = "reason";
    private const string Skill = "skill";
    private const string Scope = "scope";

    /// <exception cref="A2AException"><see cref="A2AErrorCode.Forbidden"/>: the caller was not granted what the skill takes.</exception>
    public async ValueTask AuthorizeAsync(HttpContext context, SendMessageRequest request, AgentTask? task)
    {
        var skill = catalog.Of(request.Message, task);
        var served = DelegationContext.Current;
        if (skill.Scopes.Count > 0 && served is not null && skill.Scopes.All(served.HasScope))
        {
            await audit.WriteAsync(ServedDecision.Of(identity, time, served, $"skill {skill.Id}", "allow", null, string.Join(' ', skill.Scopes)), context.RequestAborted).ConfigureAwait(false);
            return;
        }
        var scopes = string.Join(' ', skill.Scopes);
        // A request that came by another protocol may have begun its answer.
        if (!context.Response.HasStarted)
        {
            context.Response.Headers.WWWAuthenticate = scopes.Length == 0
                ? "Bearer error=\"insufficient_scope\""
                : $"Bearer error=\"insufficient_scope\", scope=\"{scopes}\"";
        }
        throw new A2AException(A2AErrorCode.Forbidden, skill.Scopes.Count == 0
            ? $"The skill {skill.Id} declares no scope, so nobody may use it."
            : $"The skill {skill.Id} takes the scope {scopes}, which was not granted for this request.")
        {
            Metadata = new Dictionary<string, string> { [Reason] = skill.Scopes.Count == 0 ? "scope_undeclared" : "insufficient_scope", [Skill] = skill.Id, [Scope] = scopes },
        };
    }

    /// <summary>Records what is refused for who asks: a skill that was not granted, a task that is not the caller's.</summary>
    public async ValueTask RecordAsync(HttpContext context, A2AException error)
    {
        if (error.Code is not (A2AErrorCode.Forbidden or A2AErrorCode.TaskNotFound))
            return;
        var action = error.Metadata.TryGetValue(Skill, out var skill)
            ? $"skill {skill}"
            : $"{context.Request.Method} {(context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText}";
        await audit.WriteAsync(
            ServedDecision.Of(identity, time, DelegationContext.Current, action, "deny", error.Metadata.GetValueOrDefault(Reason) ?? "task_not_found", error.Metadata.GetValueOrDefault(Scope)), context.RequestAborted).ConfigureAwait(false);
    }
}
