namespace AgentMesh.Spiffe.Internal;

/// <summary>Which of several identities to use (Workload API §5.2.1): by SPIFFE ID, by hint, else the first.</summary>
internal static class SvidChoice
{
    /// <exception cref="WorkloadApiException">None fits what is configured. Another identity is never used instead.</exception>
    public static T Choose<T>(IReadOnlyList<T> svids, WorkloadApiClientOptions options, Func<T, SpiffeId> id, Func<T, string> hint) where T : class
    {
        foreach (var svid in svids)
        {
            if ((options.Identity is null || id(svid) == options.Identity) && (options.Hint is null || hint(svid) == options.Hint))
                return svid;
        }
        var wanted = options.Identity is null ? $"hint '{options.Hint}'" : $"SPIFFE ID {options.Identity}";
        throw new WorkloadApiException(WorkloadApiError.PermissionDenied,
            $"None of this workload's {svids.Count} identities has the {wanted} that {nameof(WorkloadApiClientOptions)} asks for. It has: {string.Join(", ", svids.Select(id))}.");
    }
}
