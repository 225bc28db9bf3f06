namespace AgentMesh.Agents.Advisor;

/// <summary>RiskAnalyst's score, part of the answer as it came.</summary>
internal sealed record RiskScore(
    DateOnly From,
    DateOnly To,
    string Frequency,
    int Observations,
    double AnnualReturn,
    double AnnualVolatility,
    double? SharpeRatio,
    double ValueAtRisk95,
    double MaxDrawdown,
    double RiskFreeRate,
    IReadOnlyList<HoldingRisk> Holdings);

/// <summary>A holding's own risk and its part in the portfolio's.</summary>
internal sealed record HoldingRisk(string Symbol, double Weight, double AnnualVolatility, double? RiskContribution);
