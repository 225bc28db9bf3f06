using Microsoft.AspNetCore.Http;

namespace AgentMesh.Auth.AspNetCore;

/// <summary>A request that was let in and is being served; dispose of it when it was. Itself an entry of its list, so that following it costs one object.</summary>
internal sealed class RunningRequest(HttpContext context, CallerProof proof, AuditEvent decision, RunningList list) : IDisposable
{
    public HttpContext Context { get; } = context;

    public CallerProof Proof { get; } = proof;

    /// <summary>The decision that let it in.</summary>
    public AuditEvent Decision { get; } = decision;

    public RunningList List { get; } = list;

    // The list's own.
    public RunningRequest? Previous { get; set; }

    public RunningRequest? Next { get; set; }

    public bool IsListed { get; set; }

    public void Dispose() => List.Remove(this);
}
