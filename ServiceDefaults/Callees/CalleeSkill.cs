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
    /// <param name="fits">Whether the result is one for this request; one that is not counts as nonsense. <see langword="null"/>: each is.</param>
    /// <exception cref="CalleeException">The callee refused, failed, answered nonsense or cannot be reached.</exception>
    public static async Task<T> AskCalleeAsync<T>(this SkillClient skill, object request, CancellationToken cancellationToken, ApprovedAction? approval = null, Func<T, bool>? fits = null)
    {
        ArgumentNullException.ThrowIfNull(skill);
        try
        {
            var result = await skill.CallAsync<object, T>(request, approval, cancellationToken);
            return fits is null || fits(result)
                ? result
                : throw new SkillException("bad_answer", $"{skill.Skill} gave a result that is none for what it was asked.");
        }
        catch (SkillException e)
        {
            throw new CalleeException(skill.Skill, e.Reason, e.Message, e.IsCallersFault, e);
        }
    }
}
