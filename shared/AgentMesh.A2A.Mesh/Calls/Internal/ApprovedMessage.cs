using AgentMesh.Auth;

namespace AgentMesh.A2A.Mesh;

/// <summary>What was approved, on its way to the one request that it is good for.</summary>
internal sealed class ApprovedMessage(ApprovedAction action)
{
    private int _attached;

    public void Attach(HttpRequestMessage request)
    {
        if (Interlocked.Exchange(ref _attached, 1) == 0)
            request.WithApproval(action);
    }
}
