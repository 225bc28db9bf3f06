namespace AgentMesh.Manifest.Internal.Syntax;

/// <summary>Collects an object's members and finds names that come twice: by looking through few, by hashing many.</summary>
internal struct MemberList
{
    private const int Few = 8;
    private List<SyntaxMember>? _members;
    private Dictionary<string, ManifestPosition>? _positions;

    public readonly IReadOnlyList<SyntaxMember> Items => _members ?? (IReadOnlyList<SyntaxMember>)[];

    /// <summary>False when the name is already there; <paramref name="first"/> is then its place.</summary>
    public bool TryAdd(SyntaxMember member, out ManifestPosition first)
    {
        _members ??= [];
        if (Find(member.Name) is { } found)
        {
            first = found;
            return false;
        }

        first = default;
        _members.Add(member);
        if (_positions is not null)
            _positions.Add(member.Name, member.Position);
        else if (_members.Count > Few)
            _positions = _members.ToDictionary(each => each.Name, each => each.Position, StringComparer.Ordinal);
        return true;
    }

    private readonly ManifestPosition? Find(string name)
    {
        if (_positions is not null)
            return _positions.TryGetValue(name, out var position) ? position : null;

        foreach (var member in _members!)
        {
            if (member.Name == name)
                return member.Position;
        }

        return null;
    }
}
