using AgentMesh.SemanticKernel.Tools;

namespace AgentMesh.ServiceDefaults.Callees;

/// <summary>
/// An agent that was called did not do what it was asked. The message and the reason are fit to be shown to a caller and to a
/// model: which agent, what status, its own problem's detail; never a token, an address or a stack trace.
/// </summary>
public sealed class CalleeException : Exception, IToolFailure
{
    internal CalleeException(string callee, int? status, string reason, string message, Exception? inner = null)
        : base(message, inner)
    {
        Callee = callee;
        Status = status;
        Reason = reason;
    }

    internal CalleeException(string skill, string reason, string message, bool isCallersFault, Exception inner)
        : this(skill, null, reason, message, inner) => _isCallersFault = isCallersFault;

    private readonly bool _isCallersFault;

    /// <summary>The agent's name, or the skill's where whoever serves it was called.</summary>
    public string Callee { get; }

    /// <summary>The HTTP status it answered; null when it did not answer.</summary>
    public int? Status { get; }

    /// <summary>A stable code: <c>bad_request</c>, <c>unreachable</c>, <c>no_credential</c>, <c>insufficient_scope</c> …</summary>
    public string Reason { get; }

    /// <summary>Whether the callee refused what the caller of this agent sent, so that the caller can mend it.</summary>
    public bool IsCallersFault => _isCallersFault || Status is 400 or 404 or 422;
}
