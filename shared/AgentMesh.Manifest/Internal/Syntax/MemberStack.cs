using System.Runtime.InteropServices;

namespace AgentMesh.Manifest.Internal.Syntax;

/// <summary>
/// Collects the members of objects that are being read, one list for all levels, and finds names that come twice: by looking
/// through few, by hashing many.
/// </summary>
internal sealed class MemberStack
{
    private const int Few = 8;
    private readonly List<SyntaxMember> _members = [];

    public Scope Begin() => new() { Start = _members.Count };

    /// <summary>False when the name is already there; <paramref name="first"/> is then its place.</summary>
    public bool TryAdd(ref Scope scope, SyntaxMember member, out ManifestPosition first)
    {
        if (Find(scope, member.Name) is { } found)
        {
            first = found;
            return false;
        }

        first = default;
        _members.Add(member);
        if (scope.Positions is not null)
            scope.Positions.Add(member.Name, member.Position);
        else if (_members.Count - scope.Start > Few)
            scope.Positions = _members.Skip(scope.Start).ToDictionary(each => each.Name, each => each.Position, StringComparer.Ordinal);
        return true;
    }

    public SyntaxMember[] End(Scope scope)
    {
        SyntaxMember[] members = [.. CollectionsMarshal.AsSpan(_members)[scope.Start..]];
        CollectionsMarshal.SetCount(_members, scope.Start);
        return members;
    }

    private ManifestPosition? Find(Scope scope, string name)
    {
        if (scope.Positions is not null)
            return scope.Positions.TryGetValue(name, out var position) ? position : null;

        foreach (var member in CollectionsMarshal.AsSpan(_members)[scope.Start..])
        {
            if (member.Name == name)
                return member.Position;
        }

        return null;
    }

    /// <summary>One object's part of the stack.</summary>
    internal struct Scope
    {
        public int Start { get; init; }

        public Dictionary<string, ManifestPosition>? Positions { get; set; }
    }
}
