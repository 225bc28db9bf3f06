namespace AgentMesh.Agents.RiskAnalyst;

/// <summary>
/// The prices of several symbols over the months that all of them have: an inner join. A month's price is the last one
/// that the series has in it, so that a daily and a monthly series can be compared; a month is named by its first day.
/// </summary>
internal sealed record MonthlyPrices(IReadOnlyList<DateOnly> Months, IReadOnlyList<double[]> Prices)
{
    /// <summary>Joins the series on their common months.</summary>
    /// <exception cref="ScoreException">The common months have a hole: a return over two months is not a monthly one.</exception>
    public static MonthlyPrices Join(IReadOnlyList<PriceSeries> series)
    {
        var byMonth = series.Select(LastOfEachMonth).ToList();
        var months = byMonth.Skip(1)
            .Aggregate(byMonth[0].Keys.AsEnumerable(), (common, next) => common.Where(next.ContainsKey))
            .Order()
            .ToList();
        for (var i = 1; i < months.Count; i++)
        {
            var expected = months[i - 1].AddMonths(1);
            if (months[i] != expected)
                throw new ScoreException($"There is no price of {Without(expected, series, byMonth)} in {expected:MMMM yyyy}, inside the common window: monthly returns need every month.");
        }
        return new(months, [.. byMonth.Select(prices => months.ConvertAll(m => prices[m]).ToArray())]);
    }

    /// <summary>Simple returns from each month to the next, one array a symbol.</summary>
    public IReadOnlyList<double[]> Returns() =>
        [.. Prices.Select(p => p.Skip(1).Zip(p, (now, before) => now / before - 1).ToArray())];

    private static Dictionary<DateOnly, double> LastOfEachMonth(PriceSeries series)
    {
        var months = new Dictionary<DateOnly, double>();
        foreach (var (date, price) in series.Points)
            months[new DateOnly(date.Year, date.Month, 1)] = price;
        return months;
    }

    private static string Without(DateOnly month, IReadOnlyList<PriceSeries> series, List<Dictionary<DateOnly, double>> byMonth) =>
        series[byMonth.FindIndex(prices => !prices.ContainsKey(month))].Symbol;
}
