using System.Text.RegularExpressions;

namespace AgentMesh.Agents.Tests.Running;

/// <summary>A model that tells instructions from data by nothing: wherever "call X" stands in what it is sent, it calls X, once.</summary>
internal sealed partial class Obedience(IReadOnlyDictionary<string, string> arguments)
{
    private readonly HashSet<string> _called = new(StringComparer.Ordinal);

    /// <returns>Null when nothing is left to be done.</returns>
    public ScriptedTurn? NextTurn(string seen)
    {
        foreach (Match instruction in Instruction().Matches(seen))
        {
#pragma warning disable CA1308 // functions are named in small letters
            var function = instruction.Groups[1].Value.Replace('-', '_').ToLowerInvariant();
#pragma warning restore CA1308
            // The plugin's name stands before the function's.
            if (arguments.TryGetValue(function, out var given) && Regex.Match(seen, $"\"name\":\\s*\"(\\w+_{function})\"") is { Success: true } name && _called.Add(function))
                return new(name.Groups[1].Value, given);
        }
        return null;
    }

    // "CALL, GET-ACCOUNT" is one too: so much fits into the symbols of two shares.
    [GeneratedRegex(@"\bcall[\s,.:]+(\w+[_-]\w+)", RegexOptions.IgnoreCase)]
    private static partial Regex Instruction();
}
