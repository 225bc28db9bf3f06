using System.Collections.ObjectModel;

namespace AgentMesh.Manifest.Internal.Reading;

/// <summary>The parties of one manifest, in its order.</summary>
internal sealed class PartyTable
{
    private readonly List<Party> _all = [];
    private readonly Dictionary<PartyKind, Dictionary<string, Party>> _byKind = new()
    {
        [PartyKind.Agent] = new(StringComparer.Ordinal),
        [PartyKind.Operator] = new(StringComparer.Ordinal),
        [PartyKind.Service] = new(StringComparer.Ordinal),
    };
    private readonly Dictionary<string, Party> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Party> _bySpiffeId = new(StringComparer.Ordinal);

    public IReadOnlyList<Party> All => _all;

    public IReadOnlyDictionary<string, Party> this[PartyKind kind] => new ReadOnlyDictionary<string, Party>(_byKind[kind]);

    public IReadOnlyCollection<string> Names(PartyKind kind) => _byKind[kind].Keys;

    public Party? Find(string name) => _byName.GetValueOrDefault(name);

    public Party? FindSpiffeId(string spiffeId) => _bySpiffeId.GetValueOrDefault(spiffeId);

    /// <summary>The number that the next party gets.</summary>
    public int NextIndex => _all.Count;

    public void Add(Party party)
    {
        _all.Add(party);
        _byKind[party.Kind].Add(party.Name, party);
        _byName.Add(party.Name, party);
        _bySpiffeId.Add(party.SpiffeId, party);
    }
}
