namespace AgentMesh.Agents.RiskAnalyst;

/// <summary>The configuration section <c>Risk</c>.</summary>
internal sealed class RiskOptions
{
    /// <summary>What a riskless investment yields a year, as a fraction, from -0.1 to 1. 0.02 is near the average of three-month US Treasury bills from 2000 to 2010 and round on purpose.</summary>
    public double RiskFreeRate { get; set; } = 0.02;

    /// <summary>Fewer monthly returns than this make no score; 2 to 1200.</summary>
    public int MinimumObservations { get; set; } = 24;

    /// <summary>Larger portfolios are refused, 1 to 500: each holding costs a call to MarketData.</summary>
    public int MaximumHoldings { get; set; } = 50;

    /// <summary>Binds and checks the section before the host starts.</summary>
    public static void Add(IServiceCollection services) => services.AddOptions<RiskOptions>()
        .BindConfiguration("Risk")
        .Validate(o => o.RiskFreeRate is >= -0.1 and <= 1, "Risk:RiskFreeRate must be a fraction from -0.1 to 1; 0.02 is 2 % a year.")
        .Validate(o => o.MinimumObservations is >= 2 and <= 1_200, "Risk:MinimumObservations must be from 2 to 1200 monthly returns.")
        .Validate(o => o.MaximumHoldings is >= 1 and <= 500, "Risk:MaximumHoldings must be from 1 to 500.")
        .ValidateOnStart();
}
