using AgentMesh.Auth.AspNetCore;

namespace AgentMesh.A2A.Mesh;

/// <summary>Whether whoever a task is of may still be told about it: a webhook goes on without a request that could be refused.</summary>
internal sealed class OwnerNotices(IRevocationState revocations, TimeProvider time)
{
    /// <summary>Null where it is not known now what was revoked.</summary>
    public bool? MayNotify(string owner)
    {
        var (caller, subject) = TaskVisibility.PartiesOf(owner);
        return revocations.Check(new RevocationSubject(caller, subject, [], null, [], null, time.GetUtcNow())) switch
        {
            null => true,
            DecisionReason.RevocationUnknown => null,
            _ => false,
        };
    }
}
