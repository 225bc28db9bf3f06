namespace AgentMesh.A2A.Mesh;

/// <summary>
/// Work on a task ends without a result, for a reason that the caller may read. Thrown by a skill it ends the task; thrown by a call it says
/// how the callee's task ended. Never holds anything secret.
/// </summary>
/// <param name="reason">A stable code: <c>bad_request</c>, <c>approval_denied</c>, <c>approval_expired</c>, <c>insufficient_scope</c> …</param>
/// <param name="message">One sentence for a person.</param>
/// <param name="isCallersFault">Whether the caller can mend it by asking otherwise: the task is rejected instead of failed.</param>
/// <param name="inner">What caused it, if an exception did.</param>
public class SkillException(string reason, string message, bool isCallersFault = false, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The member of a status message's data part that holds <see cref="Reason"/>.</summary>
    internal const string Key = "reason";

    /// <summary>A stable code.</summary>
    public string Reason => reason;

    /// <summary>Whether asking otherwise can help.</summary>
    public bool IsCallersFault => isCallersFault;

    /// <summary>The caller asked for something that cannot be done as asked.</summary>
    /// <param name="message">What is wrong, for the caller.</param>
    public static SkillException BadRequest(string message) => new("bad_request", message, isCallersFault: true);
}
