using AgentMesh.A2A.Mesh;
using AgentMesh.Auth;

namespace AgentMesh.ServiceDefaults.Callees;

/// <summary>Calls of other agents' skills; whatever goes wrong becomes one <see cref="CalleeException"/>.</summary>
public static class CalleeSkill
{
    /// <summary>Asks for one result.</summary>
    /// <typeparam name="T">What the callee gives.</typeparam>
    /// <param name="skill">The skill.</param>
    /// <param name="request">Sent as a data part.</param>
    /// <param name="cancellationToken">Gives up, and cancels the callee's task.</param>
    /// <param name="approval">What a person approved; without it a skill that takes approval is not called.</param>
    /// <exception cref="CalleeException">The callee refused, failed, answered nonsense or cannot be reached.</exception>
    public static async Task<T> AskCalleeAsync<T>(this SkillClient skill, object request, CancellationToken cancellationToken, ApprovedAction? approval = null)
    {
        ArgumentNullException.ThrowIfNull(skill);
        try
        {
            return await skill.CallAsync<object, T>(request, approval, cancellationToken);
        }
        catch (SkillException e)
        {
            throw new CalleeException(skill.Skill, e.Reason, e.Message, e.IsCallersFault, e);
        }
    }
}
