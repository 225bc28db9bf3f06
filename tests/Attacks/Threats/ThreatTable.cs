using System.Text;
using System.Text.Json;
using AgentMesh.Testing;

namespace AgentMesh.Attacks.Tests.Threats;

/// <summary>An attack of <c>threats.json</c>.</summary>
/// <param name="Id"><c>T01</c> ….</param>
/// <param name="Attack">What is tried.</param>
/// <param name="Expected">What comes of it.</param>
/// <param name="Standard">What says so.</param>
/// <param name="Missing">Why no test makes it; null when one does.</param>
internal sealed record Threat(string Id, string Attack, string Expected, string Standard, string? Missing = null);

/// <summary><c>docs/threats.md</c>: the attacks of <c>threats.json</c>, each with the tests that say they make it.</summary>
internal static class ThreatTable
{
    private static readonly JsonSerializerOptions Strict = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
        RespectRequiredConstructorParameters = true,
    };

    private const string Begin =
        """
        # Threats

        Attacks that must fail, what they come to, and the tests that make them. Each test makes the attack for real, against servers over
        sockets wherever there are any, looks at the status, the reason and the record, and has a twin in which the honest call passes. That the
        tests notice when a defence is gone is itself tried: `tests/mutate` takes the defences out one at a time.

        Written from `tests/Attacks/Threats/threats.json` and the tests' `[Threat]` and `[Proves]`. After changing those:
        `UPDATE_SNAPSHOTS=1 dotnet run --project tests/Attacks -- -class AgentMesh.Attacks.Tests.Threats.ThreatTableTests`.


        """;

    public static IReadOnlyList<Threat> Read() =>
        JsonSerializer.Deserialize<List<Threat>>(File.ReadAllText(Path.Combine(Repository.Root, "tests", "Attacks", "Threats", "threats.json")), Strict)!;

    public static string Write(IReadOnlyList<Threat> threats, IReadOnlyList<MarkedTest> tests)
    {
        var text = new StringBuilder(Begin.ReplaceLineEndings("\n"));
        text.Append("| id | attack | expected | after | tests |\n|---|---|---|---|---|\n");
        foreach (var threat in threats)
            text.Append($"| [{threat.Id}](#{threat.Id.ToLowerInvariant()}) | {threat.Attack} | {threat.Expected} | {threat.Standard} | {Files(threat, tests)} |\n");
        foreach (var threat in threats.Where(threat => threat.Missing is null))
        {
            text.Append($"\n## {threat.Id}\n\n{threat.Attack}: {threat.Expected}.\n\n");
            foreach (var test in tests.Where(test => test.Threat == threat.Id && test.IsAttack))
                text.Append(test.Method is null ? $"- {Link(test)}, all of its tests\n" : $"- {Link(test)} `{test.Method}`\n");
            if (Others(threat, tests) is { Count: > 0 } others)
                text.Append($"- with other requirements: {string.Join(", ", others.Select(Link))}\n");
        }
        return text.ToString();
    }

    private static string Files(Threat threat, IReadOnlyList<MarkedTest> tests) => threat.Missing is { } why
        ? $"none. {why}"
        : string.Join(", ", tests.Where(test => test.Threat == threat.Id && test.IsAttack).DistinctBy(test => test.File).Select(Link));

    private static List<MarkedTest> Others(Threat threat, IReadOnlyList<MarkedTest> tests)
    {
        var ours = tests.Where(test => test.Threat == threat.Id && test.IsAttack).Select(test => test.File).ToHashSet(StringComparer.Ordinal);
        return [.. tests.Where(test => test.Threat == threat.Id && !ours.Contains(test.File)).DistinctBy(test => test.File)];
    }

    private static string Link(MarkedTest test) => $"[{test.Class}](../{test.File})";
}
