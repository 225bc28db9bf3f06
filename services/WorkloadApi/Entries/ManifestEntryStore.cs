using System.Collections.Frozen;
using AgentMesh.Manifest;
using AgentMesh.Spiffe;
using AgentMesh.WorkloadApi.Attestation;
using AgentMesh.WorkloadApi.Configuration;

namespace AgentMesh.WorkloadApi.Entries;

/// <summary>One entry for each party of the manifest that has a program or selectors; none for the Workload API itself, which issues.</summary>
internal sealed class ManifestEntryStore : IEntryStore
{
    private readonly FrozenDictionary<SpiffeId, RegistrationEntry> _byId;

    public ManifestEntryStore(WorkloadApiSettings settings)
    {
        var manifest = settings.Manifest;
        Entries =
        [
            .. manifest.Agents.Values.Concat(manifest.Operators.Values).Concat(manifest.Services.Values)
                .Where(p => p is not { Kind: PartyKind.Service, Name: "workload-api" })
                .Where(p => p.Project is not null || p.Executable is not null || p.Selectors.Count > 0)
                .Select(p => Entry(settings, p)),
        ];
        _byId = Entries.ToFrozenDictionary(e => e.Id);
    }

    public IReadOnlyList<RegistrationEntry> Entries { get; }

    public event Action? Changed;

    public IReadOnlyList<RegistrationEntry> Match(CallerProcess caller)
    {
        var matching = new List<RegistrationEntry>(1);
        foreach (var entry in Entries)
        {
            if (entry.Enabled && entry.Matches(caller))
                matching.Add(entry);
        }
        return matching;
    }

    public RegistrationEntry? Find(SpiffeId id) => _byId.GetValueOrDefault(id);

    public bool SetEnabled(RegistrationEntry entry, bool enabled)
    {
        if (entry.Enabled == enabled)
            return false;
        entry.Enabled = enabled;
        Changed?.Invoke();
        return true;
    }

    public void RenewNow(IEnumerable<RegistrationEntry> entries)
    {
        foreach (var entry in entries)
            entry.RenewNow();
        Changed?.Invoke();
    }

    private static RegistrationEntry Entry(WorkloadApiSettings settings, Party party)
    {
        var selectors = party.Selectors.Select(text => Selector.Parse(text, party.Name)).ToArray();
        var executable = selectors.Length == 0 ? ProjectExecutable.Resolve(settings.Manifest, party, settings.BuildConfiguration) : null;
        return new RegistrationEntry(SpiffeId.Parse(party.SpiffeId), party, selectors, executable);
    }
}
