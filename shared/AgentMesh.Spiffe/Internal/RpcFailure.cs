using Grpc.Core;

namespace AgentMesh.Spiffe.Internal;

/// <summary>gRPC failures in the terms of Workload Endpoint §6, each with what to do about it.</summary>
internal static class RpcFailure
{
    public static WorkloadApiException Describe(RpcException failure, string endpoint) => failure.StatusCode switch
    {
        StatusCode.PermissionDenied => new(WorkloadApiError.PermissionDenied,
            $"The Workload API at {endpoint} has no identity for this process ({failure.Status.Detail}). Register the workload: its executable and user must match an entry.", failure),
        StatusCode.InvalidArgument => new(WorkloadApiError.InvalidArgument,
            $"The Workload API at {endpoint} refused the call as wrong: {failure.Status.Detail}.", failure),
        StatusCode.Unimplemented => new(WorkloadApiError.Unimplemented,
            $"What answers at {endpoint} does not implement this call of the SPIFFE Workload API. Does SPIFFE_ENDPOINT_SOCKET name its socket?", failure),
        StatusCode.Unavailable => new(WorkloadApiError.Unavailable,
            $"The Workload API at {endpoint} cannot be reached ({Cause(failure)}). Is it running, and does SPIFFE_ENDPOINT_SOCKET name its socket?", failure),
        StatusCode.Cancelled or StatusCode.DeadlineExceeded => new(WorkloadApiError.Unavailable,
            $"The Workload API at {endpoint} did not answer in time.", failure),
        var other => new(WorkloadApiError.Unavailable, $"The Workload API at {endpoint} failed ({other}: {failure.Status.Detail}).", failure),
    };

    // The innermost cause says what the system said: connection refused, no such file.
    private static string Cause(RpcException failure) => failure.Status.DebugException?.GetBaseException().Message ?? failure.Status.Detail;
}
