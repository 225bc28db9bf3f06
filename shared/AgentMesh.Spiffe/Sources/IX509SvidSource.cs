using System.Security.Authentication;

namespace AgentMesh.Spiffe;

/// <summary>Always answers with the newest X509-SVID.</summary>
public interface IX509SvidSource
{
    /// <summary>The newest X509-SVID. Hold it for one attempt, not longer: the next call may answer with its successor.</summary>
    /// <exception cref="AuthenticationException">There is none: not yet issued, withdrawn or expired. The message says what to do.</exception>
    X509Svid GetX509Svid();
}
