namespace AgentMesh.Agents.RiskAnalyst;

/// <summary>A part of a portfolio. The weight is a fraction of the portfolio's value.</summary>
internal sealed record Holding(string Symbol, double Weight);

/// <summary>What is to be scored.</summary>
internal sealed record ScoreRequest(IReadOnlyList<Holding>? Holdings);

/// <summary>What a portfolio must be before anything is computed from it.</summary>
internal static class PortfolioRules
{
    /// <summary>How far the sum of the weights may be from 1.</summary>
    public const double Tolerance = 1e-6;

    private const int LongestSymbol = 12;

    /// <summary>The first rule that the holdings break, as a sentence for the caller; null when they break none.</summary>
    public static string? FindProblem(IReadOnlyList<Holding>? holdings, int maximum)
    {
        if (holdings is null or [])
            return "The portfolio is empty: give 'holdings' as a list of {symbol, weight}.";
        if (holdings.Count > maximum)
            return $"The portfolio has {holdings.Count} holdings; at most {maximum} are scored at once.";

        var symbols = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var holding in holdings)
        {
            if (holding is null || !IsSymbol(holding.Symbol))
                return $"A holding has no proper symbol: up to {LongestSymbol} letters, digits, '.' and '-'.";
            if (!double.IsFinite(holding.Weight))
                return $"The weight of {holding.Symbol} is not a finite number.";
            if (holding.Weight < 0)
                return FormattableString.Invariant($"The weight of {holding.Symbol} is {holding.Weight}: negative weights (short positions) are not scored.");
            if (!symbols.Add(holding.Symbol))
                return $"{holding.Symbol} is in the portfolio twice: add its weights up into one holding.";
        }

        var sum = holdings.Sum(h => h.Weight);
        return Math.Abs(sum - 1) <= Tolerance
            ? null
            : FormattableString.Invariant($"The weights add up to {sum:0.######}; they must add up to 1.");
    }

    private static bool IsSymbol(string? symbol) =>
        symbol is { Length: > 0 and <= LongestSymbol } && symbol.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-');
}
