using System.Buffers;

namespace AgentMesh.Agents.MarketData;

/// <summary>What a symbol may look like. Free text in a symbol would otherwise travel into other agents and models.</summary>
internal static class Ticker
{
    public const int LongestSymbol = 12;

    private static readonly SearchValues<char> Characters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-");

    public static bool IsValid(ReadOnlySpan<char> symbol) =>
        symbol.Length is > 0 and <= LongestSymbol && !symbol.ContainsAnyExcept(Characters) && char.IsAsciiLetter(symbol[0]);
}
