using System.Security.Authentication;

namespace AgentMesh.Spiffe;

/// <summary>The Workload API did not give what was asked for. The message names the socket and what to do.</summary>
public sealed class WorkloadApiException : AuthenticationException
{
    internal WorkloadApiException(WorkloadApiError error, string message, Exception? inner = null) : base(message, inner) => Error = error;

    /// <summary>What kind of failure it is (Workload Endpoint §6).</summary>
    public WorkloadApiError Error { get; }
}

/// <summary>Kinds of failure of the Workload API, and what a client does about them (Workload Endpoint, appendix A).</summary>
public enum WorkloadApiError
{
    /// <summary>Cannot be reached, is starting, or failed for now: retried with backoff.</summary>
    Unavailable,

    /// <summary>No identity is registered for this workload: retried with backoff, its SVIDs are dropped.</summary>
    PermissionDenied,

    /// <summary>The call itself is wrong, such as a missing security header: not retried.</summary>
    InvalidArgument,

    /// <summary>The server does not have this call: not retried.</summary>
    Unimplemented,

    /// <summary>An answer that breaks the standard: discarded.</summary>
    InvalidResponse,
}
