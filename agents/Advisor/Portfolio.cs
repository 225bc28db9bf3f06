using System.ComponentModel;

namespace AgentMesh.Agents.Advisor;

/// <summary>A part of a portfolio.</summary>
internal sealed record Holding(
    [property: Description("symbol, such as MSFT")] string Symbol,
    [property: Description("fraction of the portfolio's value, 0.25 for 25 %")] double Weight);

/// <summary>What advice is asked about.</summary>
internal sealed record Portfolio(string? Id, string? Name, string? Currency, IReadOnlyList<Holding>? Holdings);

/// <summary>What the agent is asked.</summary>
internal sealed record AskRequest(string? Question, Portfolio? Portfolio)
{
    private const int LongestQuestion = 2_000;
    private const int LongestName = 100;
    private const int MostHoldings = 50;
    private const int LongestSymbol = 12;
    private const double Tolerance = 1e-6;

    /// <summary>What is wrong with it, as a sentence for the caller; null when nothing is.</summary>
    public string? FindProblem()
    {
        if (string.IsNullOrWhiteSpace(Question))
            return "Ask something: 'question' is empty.";
        if (Question.Length > LongestQuestion)
            return $"The question has {Question.Length} characters; at most {LongestQuestion} are read.";
        if (Portfolio?.Holdings is not { Count: > 0 and <= MostHoldings } holdings)
            return $"Give 'portfolio.holdings' with 1 to {MostHoldings} of {{symbol, weight}}.";
        if (new[] { Portfolio.Id, Portfolio.Name, Portfolio.Currency }.Any(text => text?.Length > LongestName))
            return $"The portfolio's id, name and currency have at most {LongestName} characters.";
        return holdings.Select(FindProblem).FirstOrDefault(problem => problem is not null)
            ?? (Math.Abs(holdings.Sum(h => h.Weight) - 1) <= Tolerance ? null : FormattableString.Invariant($"The weights add up to {holdings.Sum(h => h.Weight):0.######}; they must add up to 1."));
    }

    private static string? FindProblem(Holding? holding)
    {
        if (holding?.Symbol is not { Length: > 0 and <= LongestSymbol } symbol || !symbol.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-'))
            return $"A holding has no proper symbol: up to {LongestSymbol} letters, digits, '.' and '-'.";
        return holding.Weight is >= 0 and <= 1 + Tolerance
            ? null
            : FormattableString.Invariant($"The weight of {symbol} is {holding.Weight}; it must be from 0 to 1.");
    }
}
