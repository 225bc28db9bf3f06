using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace AgentMesh.Agents.RiskAnalyst;

/// <summary>The configuration section <c>Risk</c>.</summary>
internal sealed class RiskOptions
{
    /// <summary>What a riskless investment yields a year, as a fraction. 0.02 is near the average of three-month US Treasury bills from 2000 to 2010 and round on purpose.</summary>
    [Range(-0.1, 1.0, ErrorMessage = "Risk:RiskFreeRate must be a fraction from -0.1 to 1; 0.02 is 2 % a year.")]
    public double RiskFreeRate { get; set; } = 0.02;

    /// <summary>Fewer monthly returns than this make no score.</summary>
    [Range(2, 1_200, ErrorMessage = "Risk:MinimumObservations must be from 2 to 1200 monthly returns.")]
    public int MinimumObservations { get; set; } = 24;

    /// <summary>Larger portfolios are refused: each holding costs a call to MarketData.</summary>
    [Range(1, 500, ErrorMessage = "Risk:MaximumHoldings must be from 1 to 500.")]
    public int MaximumHoldings { get; set; } = 50;
}

[OptionsValidator]
internal sealed partial class RiskOptionsValidator : IValidateOptions<RiskOptions>;
