using AgentMesh.WorkloadApi.Attestation;
using AgentMesh.WorkloadApi.Configuration;

namespace AgentMesh.WorkloadApi.Entries;

internal enum SelectorKind
{
    Uid,
    Gid,
    Path,
    Sha256,
}

/// <summary>
/// One property that a process must have, as SPIRE's Unix workload attestor has them: <c>unix:uid:1000</c>,
/// <c>unix:gid:1000</c>, <c>unix:path:/usr/bin/x</c> (the executable as the kernel names it, symbolic links resolved),
/// <c>unix:sha256:…</c> (of the executable, lower-case hexadecimal).
/// </summary>
internal sealed record Selector(SelectorKind Kind, string Value)
{
    private static readonly (string Prefix, SelectorKind Kind)[] Kinds =
        [("unix:uid:", SelectorKind.Uid), ("unix:gid:", SelectorKind.Gid), ("unix:path:", SelectorKind.Path), ("unix:sha256:", SelectorKind.Sha256)];

    public static Selector Parse(string text, string party)
    {
        foreach (var (prefix, kind) in Kinds)
        {
            if (text.StartsWith(prefix, StringComparison.Ordinal) && IsValid(kind, text[prefix.Length..]))
                return new Selector(kind, text[prefix.Length..]);
        }
        throw new SettingsException(
            $"Mesh:Manifest: '{party}' has the selector '{text}', which this Workload API does not know. Use unix:uid:<number>, unix:gid:<number>, unix:path:<absolute path> or unix:sha256:<64 lower-case hexadecimal digits>.");
    }

    public bool Matches(CallerProcess caller) => Kind switch
    {
        SelectorKind.Uid => caller.UserId is { } uid && Value == Text(uid),
        SelectorKind.Gid => caller.GroupId is { } gid && Value == Text(gid),
        SelectorKind.Path => Value == caller.ExecutablePath && caller.Executes(Value),
        SelectorKind.Sha256 => Value == caller.ExecutableSha256,
        _ => false,
    };

    public override string ToString() => Kinds[(int)Kind].Prefix + Value;

    private static string Text(uint number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static bool IsValid(SelectorKind kind, string value) => kind switch
    {
        SelectorKind.Path => value.StartsWith('/'),
        SelectorKind.Sha256 => value.Length == 64 && value.All(char.IsAsciiHexDigitLower),
        _ => uint.TryParse(value, out var number) && Text(number) == value,
    };
}
