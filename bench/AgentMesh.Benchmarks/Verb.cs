namespace AgentMesh.Benchmarks;

/// <summary>One part's figures, printed in one run.</summary>
/// <param name="Description">What is measured.</param>
/// <param name="Run">Measures and prints; takes the remaining arguments and returns the exit code: 0 only if every bound is kept.</param>
internal sealed record Verb(string Description, Func<string[], Task<int>> Run);
