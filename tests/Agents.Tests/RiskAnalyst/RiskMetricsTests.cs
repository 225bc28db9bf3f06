using AgentMesh.Agents.MarketData;
using AgentMesh.Agents.RiskAnalyst;

namespace AgentMesh.Agents.Tests.RiskAnalyst;

/// <summary>The expected numbers are computed another way: run <c>python3 tests/Agents.Tests/expected_risk.py</c>, which says how.</summary>
public sealed class RiskMetricsTests
{
    private const double Digits = 1e-12;

    private static readonly PriceHistory History = PriceHistory.Load(Repository.Data);

    public static TheoryData<string, string, int, double, double, double, double, double> Expected => new()
    {
        { "MSFT=0.30 AAPL=0.25 IBM=0.20 GOOG=0.15 AMZN=0.10", "2004-08", 67, 0.2754569578109274, 0.2437964161138487, 1.0478290119393445, 0.11784716582636365, 0.4419456523263538 },
        { "IBM=1", "2000-01", 122, 0.0641118082999654, 0.2954234224913767, 0.14931723398219385, 0.11690544097330481, 0.5531107738998483 },
        { "SP500=0.5 MSFT=0.5", "2000-01", 122, 0.011152584520295395, 0.22805523174872558, -0.03879505596895409, 0.10110857197921717, 0.5344607387908525 },
    };

    [Theory]
    [MemberData(nameof(Expected))]
    public void A_spreadsheet_agrees(string weights, string from, int observations, double annualReturn, double volatility, double sharpe, double valueAtRisk, double drawdown)
    {
        var score = Score(weights);

        Assert.Equal((from, "2010-03"), ($"{score.From:yyyy-MM}", $"{score.To:yyyy-MM}"));
        Assert.Equal(("monthly", observations, 0.02), (score.Frequency, score.Observations, score.RiskFreeRate));
        Assert.Equal(annualReturn, score.AnnualReturn, Digits);
        Assert.Equal(volatility, score.AnnualVolatility, Digits);
        Assert.Equal(sharpe, score.SharpeRatio!.Value, Digits);
        Assert.Equal(valueAtRisk, score.ValueAtRisk95, Digits);
        Assert.Equal(drawdown, score.MaxDrawdown, Digits);
    }

    [Fact]
    public void Contributions_to_the_risk_add_up_to_all_of_it()
    {
        var score = Score("MSFT=0.30 AAPL=0.25 IBM=0.20 GOOG=0.15 AMZN=0.10");

        Assert.Equal(1, score.Holdings.Sum(h => h.RiskContribution!.Value), Digits);
        Assert.Equal(["MSFT", "AAPL", "IBM", "GOOG", "AMZN"], score.Holdings.Select(h => h.Symbol));
        Assert.Equal(Score("IBM=1").Holdings[0].AnnualVolatility, Score("IBM=1").AnnualVolatility, Digits);
    }

    [Fact]
    public void A_price_that_never_moves_has_no_sharpe_ratio_and_no_risk()
    {
        var flat = new double[] { 5, 5, 5, 5 };
        var score = RiskMetrics.Compute([new("FLAT", 1)], Monthly(flat), 0.02);

        Assert.Null(score.SharpeRatio);
        Assert.Null(score.Holdings[0].RiskContribution);
        Assert.Equal((0, 0, 0, 0), (score.AnnualReturn, score.AnnualVolatility, score.ValueAtRisk95, score.MaxDrawdown));
    }

    [Fact]
    public void Value_at_risk_of_what_only_rises_is_zero_and_not_a_negative_loss() =>
        Assert.Equal(0, RiskMetrics.Compute([new("UP", 1)], Monthly(1, 2, 3, 4), 0).ValueAtRisk95);

    [Theory]
    [InlineData(0, new[] { 0.1, 0.2 })]
    [InlineData(0.25, new[] { -0.25 })]
    [InlineData(0.5, new[] { 1, -0.5, 0.5 })]
    [InlineData(0.19, new[] { 0.5, -0.1, -0.1, 0.3, -0.1 })]
    public void The_drawdown_is_the_deepest_fall_from_a_peak(double expected, double[] returns) =>
        Assert.Equal(expected, RiskMetrics.MaxDrawdown(returns), Digits);

    [Fact]
    public void A_hole_in_the_common_months_is_refused_and_named()
    {
        var jan = new DateOnly(2001, 1, 1);
        var whole = Series("A", jan, jan.AddMonths(1), jan.AddMonths(2));
        var holed = Series("B", jan, jan.AddMonths(2));

        var e = Assert.Throws<ScoreException>(() => MonthlyPrices.Join([whole, holed]));
        Assert.Contains("no price of B in February 2001", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Series_without_a_common_month_join_to_nothing()
    {
        var jan = new DateOnly(2001, 1, 1);
        Assert.Empty(MonthlyPrices.Join([Series("A", jan), Series("B", jan.AddYears(1))]).Months);
    }

    [Fact]
    public void A_daily_series_counts_with_the_last_price_of_each_month()
    {
        var prices = MonthlyPrices.Join([Series("D", new(2001, 1, 3), new(2001, 1, 31), new(2001, 2, 1), new(2001, 2, 28))]);

        Assert.Equal([new(2001, 1, 1), new(2001, 2, 1)], prices.Months);
        Assert.Equal([2.0, 4.0], prices.Prices[0]);
    }

    private static MonthlyPrices Monthly(params double[] prices) =>
        new([.. prices.Select((_, i) => new DateOnly(2001, 1, 1).AddMonths(i))], [prices]);

    private static AgentMesh.Agents.RiskAnalyst.PriceSeries Series(string symbol, params DateOnly[] dates) =>
        new(symbol, [.. dates.Select((d, i) => new AgentMesh.Agents.RiskAnalyst.PricePoint(d, i + 1))]);

    private static RiskScore Score(string weights)
    {
        var holdings = weights.Split(' ').Select(w => w.Split('=')).Select(w => new Holding(w[0], double.Parse(w[1]))).ToList();
        var series = holdings.Select(h => History.Find(h.Symbol)!)
            .Select(s => new AgentMesh.Agents.RiskAnalyst.PriceSeries(s.Symbol, [.. s.Points.Select(p => new AgentMesh.Agents.RiskAnalyst.PricePoint(p.Date, (double)p.Price))]))
            .ToList();
        return RiskMetrics.Compute(holdings, MonthlyPrices.Join(series), 0.02);
    }
}
