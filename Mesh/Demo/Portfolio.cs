namespace AgentMesh.Cli.Demo;

/// <summary>What the Advisor is asked about.</summary>
internal sealed record Portfolio(string Id, string Name, string Currency, IReadOnlyList<Holding> Holdings);

/// <param name="Weight">Share of the portfolio, 0 to 1.</param>
internal sealed record Holding(string Symbol, decimal Weight);
