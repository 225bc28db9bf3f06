using System.Globalization;

namespace AgentMesh.Cli.Checks;

/// <summary>Short lifetimes need clocks that agree.</summary>
internal sealed class Clocks : ICheck
{
    private const string Name = "clocks agree";

    string ICheck.Name => Name;

    // An HTTP date has no fractions; SVIDs are dated back by ten seconds.
    private static readonly TimeSpan Good = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Bearable = TimeSpan.FromSeconds(10);

    public Task<CheckResult> RunAsync(CheckContext context, CancellationToken cancellationToken)
    {
        List<string> evidence = [];
        var worst = TimeSpan.Zero;
        foreach (var served in context.Served.Where(served => served.Date is not null))
        {
            var difference = (served.Date!.Value - served.ReadAt).Duration();
            worst = difference > worst ? difference : worst;
            evidence.Add(string.Create(CultureInfo.InvariantCulture, $"{served.Name}: {difference.TotalSeconds:0.0} s apart"));
        }
        var silent = context.Served.Where(served => served.Date is null).Select(served => $"{served.Name} does not say what time it is").ToList();
        const string fix = "Synchronize the clocks (NTP) of the machines and of whoever issues.";
        return Task.FromResult(worst > Bearable ? CheckResult.Red(Name, fix, evidence)
            : worst > Good || silent.Count > 0 ? CheckResult.Amber(Name, fix, [.. silent, .. evidence])
            : CheckResult.Green(Name, evidence));
    }
}
