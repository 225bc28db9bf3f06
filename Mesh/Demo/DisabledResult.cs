namespace AgentMesh.Cli.Demo;

/// <summary>What became of the agent that was disabled while it waited for a person.</summary>
/// <param name="Agent">Its name.</param>
/// <param name="Steps">What it tried, or had, and who refused it.</param>
/// <param name="HeardAfterMs">From the operator's request until the last of its callees had recorded that it is disabled, in milliseconds; null: one of them did not.</param>
internal sealed record DisabledResult(string Agent, IReadOnlyList<DisabledStep> Steps, double? HeardAfterMs);

/// <summary>One thing that the disabled agent tried, or had.</summary>
/// <param name="What">What that is.</param>
/// <param name="At">The party that decided on it.</param>
/// <param name="AsExpected">It went as it must, by the journal of that party.</param>
/// <param name="Evidence">What that journal holds about it.</param>
internal sealed record DisabledStep(string What, string At, bool AsExpected, string Evidence);
