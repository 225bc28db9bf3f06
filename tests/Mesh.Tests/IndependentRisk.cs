using System.Globalization;

namespace AgentMesh.Mesh.Tests;

/// <summary>The risk figures by plain loops over the price file: shares no code, no library and no parser with the agent that computes them.</summary>
internal sealed record IndependentRisk(int Observations, double AnnualReturn, double AnnualVolatility, double SharpeRatio, double ValueAtRisk95, double MaxDrawdown)
{
    private const double RiskFreeRate = 0.02;

    public static IndependentRisk Of(string pricesFile, IReadOnlyDictionary<string, double> weights)
    {
        var returns = PortfolioReturns(pricesFile, weights);
        var mean = 0.0;
        foreach (var value in returns)
            mean += value / returns.Count;

        var squares = 0.0;
        foreach (var value in returns)
            squares += (value - mean) * (value - mean);
        var volatility = Math.Sqrt(squares / (returns.Count - 1) * 12);

        // PERCENTILE.INC: linear between the two ranks around 5 % of the way from the lowest to the highest.
        var sorted = returns.Order().ToList();
        var rank = 0.05 * (sorted.Count - 1);
        var low = (int)Math.Floor(rank);
        var fifthPercentile = sorted[low] + ((rank - low) * (sorted[low + 1] - sorted[low]));

        return new IndependentRisk(
            returns.Count,
            mean * 12,
            volatility,
            ((mean * 12) - RiskFreeRate) / volatility,
            -fifthPercentile,
            DeepestFall(returns));
    }

    /// <summary>Compares every pair of months, instead of keeping a running peak.</summary>
    private static double DeepestFall(List<double> returns)
    {
        var values = new List<double> { 1 };
        foreach (var value in returns)
            values.Add(values[^1] * (1 + value));

        var deepest = 0.0;
        for (var later = 1; later < values.Count; later++)
        {
            for (var earlier = 0; earlier < later; earlier++)
                deepest = Math.Max(deepest, (values[earlier] - values[later]) / values[earlier]);
        }

        return deepest;
    }

    private static List<double> PortfolioReturns(string pricesFile, IReadOnlyDictionary<string, double> weights)
    {
        var prices = File.ReadLines(pricesFile).Skip(1)
            .Select(line => line.Split(','))
            .Where(fields => weights.ContainsKey(fields[0]))
            .Select(fields => (
                Symbol: fields[0],
                Month: DateTime.ParseExact(fields[1], "MMM d yyyy", CultureInfo.InvariantCulture),
                Price: double.Parse(fields[2], CultureInfo.InvariantCulture)))
            .GroupBy(row => row.Month)
            .Where(month => month.Count() == weights.Count)
            .OrderBy(month => month.Key)
            .Select(month => month.ToDictionary(row => row.Symbol, row => row.Price))
            .ToList();

        var returns = new List<double>();
        for (var month = 1; month < prices.Count; month++)
            returns.Add(weights.Sum(holding => holding.Value * ((prices[month][holding.Key] / prices[month - 1][holding.Key]) - 1)));
        return returns;
    }
}
