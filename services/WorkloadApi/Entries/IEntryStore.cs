using AgentMesh.Spiffe;
using AgentMesh.WorkloadApi.Attestation;

namespace AgentMesh.WorkloadApi.Entries;

/// <summary>The registration entries, and what is changed about them while the server runs.</summary>
internal interface IEntryStore
{
    /// <summary>In the manifest's order, so that a caller's first SVID stays its first.</summary>
    IReadOnlyList<RegistrationEntry> Entries { get; }

    /// <summary>An entry was enabled, disabled or is to be renewed.</summary>
    event Action? Changed;

    /// <summary>The enabled entries whose conditions the process meets.</summary>
    IReadOnlyList<RegistrationEntry> Match(CallerProcess caller);

    RegistrationEntry? Find(SpiffeId id);

    /// <returns>Whether that was a change.</returns>
    bool SetEnabled(RegistrationEntry entry, bool enabled);

    void RenewNow(IEnumerable<RegistrationEntry> entries);
}
