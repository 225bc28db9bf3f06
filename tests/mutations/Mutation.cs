namespace AgentMesh.Mutations;

/// <summary>One defence taken out of the source, and the one test that must notice.</summary>
/// <param name="Id">Short and unique: <c>T06-binding</c>.</param>
/// <param name="Why">What the defence is for.</param>
/// <param name="File">The source, relative to the repository.</param>
/// <param name="Find">The exact text that is there, once.</param>
/// <param name="Replace">What takes its place.</param>
/// <param name="Test">Project and test: <c>Attacks StolenTokenTests.A_stolen_token_…</c>.</param>
/// <param name="List">The list that it stands in, and where.</param>
public sealed record Mutation(string Id, string Why, string File, string Find, string Replace, TestName Test, (string File, int First, int Last) List)
{
    /// <summary>The threat it belongs to: <c>T06</c>, or a requirement of the standards table, <c>X1</c>.</summary>
    public string Threat => Id[..Id.IndexOf('-', StringComparison.Ordinal)];

    /// <summary>The source without the defence.</summary>
    /// <exception cref="MutationException">The text is not there exactly once.</exception>
    public string ApplyTo(string source)
    {
        var first = source.IndexOf(Find, StringComparison.Ordinal);
        if (first < 0)
            throw new MutationException($"{Id}: {File} does not hold the text any more: {Find}");
        if (source.IndexOf(Find, first + 1, StringComparison.Ordinal) >= 0)
            throw new MutationException($"{Id}: {File} holds the text more than once: {Find}");
        return string.Concat(source.AsSpan(0, first), Replace, source.AsSpan(first + Find.Length));
    }

    /// <summary>The lines, from 1, that the text stands on.</summary>
    public (int First, int Last) LinesIn(string source)
    {
        var first = source.AsSpan(0, source.IndexOf(Find, StringComparison.Ordinal)).Count('\n') + 1;
        return (first, first + Find.AsSpan().Count('\n'));
    }
}

/// <summary>A test by its project under <c>tests/</c> and its class and method.</summary>
public sealed record TestName(string Project, string Method)
{
    public override string ToString() => $"{Project} {Method}";
}

/// <summary>The list, or what it speaks of, is not in order.</summary>
public sealed class MutationException(string message) : Exception(message);
