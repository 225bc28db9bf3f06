using AgentMesh.Manifest;
using AgentMesh.Spiffe;
using AgentMesh.WorkloadApi.Attestation;

namespace AgentMesh.WorkloadApi.Entries;

/// <summary>Who gets which identity: the process that has all of the selectors or, where the manifest gives none, runs the party's program as the server's own user.</summary>
internal sealed class RegistrationEntry(SpiffeId id, Party party, IReadOnlyList<Selector> selectors, string? executable)
{
    private volatile bool _enabled = true;
    private long _generation;

    public SpiffeId Id => id;

    public Party Party => party;

    public bool Enabled
    {
        get => _enabled;
        set => _enabled = value;
    }

    /// <summary>Grows when SVIDs of this entry are to be renewed before their time.</summary>
    public long Generation => Interlocked.Read(ref _generation);

    public IEnumerable<string> Conditions =>
        selectors.Count > 0 ? selectors.Select(s => s.ToString()) : [$"path:{executable}", "user: the server's own"];

    public bool Matches(CallerProcess caller) =>
        selectors.Count > 0
            ? selectors.All(s => s.Matches(caller))
            : executable is not null && caller.IsServersUser && caller.Executes(executable);

    public void RenewNow() => Interlocked.Increment(ref _generation);
}
