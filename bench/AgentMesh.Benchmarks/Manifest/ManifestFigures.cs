using System.Diagnostics;
using AgentMesh.Manifest;

namespace AgentMesh.Benchmarks.Manifest;

/// <summary>The manifest's figures beside what they may be, in one run of a few seconds.</summary>
internal static class ManifestFigures
{
    // Few enough to stay in cache, as a request just parsed would be; they lead all over the mesh, which does not.
    private const int Questions = 5_000;
    private const int Rounds = 400;

    public static async Task<int> Print(string[] args)
    {
        var path = Path.Combine(Path.GetTempPath(), $"mesh-{Environment.ProcessId}.json");
        try
        {
            await File.WriteAllTextAsync(path, ManifestLarge.Text());
            return Measure(path);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static int Measure(string path)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var (mesh, first, firstProcessor) = Load(path);
        var held = GC.GetTotalMemory(forceFullCollection: true) - before;
        var peak = Process.GetCurrentProcess().PeakWorkingSet64;
        var (_, again, againProcessor) = Enumerable.Range(0, 5).Select(_ => Load(path)).MinBy(load => load.Elapsed);

        var questions = ManifestQuestion.Make(Questions);
        var wrong = questions.Count(question => Decide(mesh, question).Outcome != question.Expected);
        var (nanoseconds, bytes) = Decisions(mesh, questions);
        var edges = mesh.Agents.Values.Sum(agent => agent.Calls.Count);

        Console.WriteLine($"Manifest with {mesh.Agents.Count:N0} agents and {edges:N0} edges, {new FileInfo(path).Length / 1e6:F1} MB of JSON");
        var kept = Row("load, first in the process", first.TotalMilliseconds, "ms", 1000);
        Row("  of it processor time, all threads", firstProcessor.TotalMilliseconds, "ms", null);
        kept &= Row("load, best of five more", again.TotalMilliseconds, "ms", 1000);
        Row("  of it processor time, all threads", againProcessor.TotalMilliseconds, "ms", null);
        kept &= Row("memory held", held / 1e6, "MB", 150);
        Row("peak of the process while loading", peak / 1e6, "MB", null);
        kept &= Row("decision", nanoseconds, "ns", 1000);
        kept &= Row("allocated per decision", bytes, "B", 0);
        kept &= Row("wrong decisions", wrong, "", 0);
        GC.KeepAlive(mesh);
        return kept ? 0 : 1;
    }

    private static (MeshManifest Mesh, TimeSpan Elapsed, TimeSpan Processor) Load(string path)
    {
        using var process = Process.GetCurrentProcess();
        var processor = process.TotalProcessorTime;
        var start = Stopwatch.GetTimestamp();
        var mesh = MeshManifest.Load(path);
        var elapsed = Stopwatch.GetElapsedTime(start);
        process.Refresh();
        return (mesh, elapsed, process.TotalProcessorTime - processor);
    }

    /// <summary>Per decision, the best round: what the runtime does beside the decisions is in other rounds.</summary>
    private static (double Nanoseconds, double Bytes) Decisions(MeshManifest mesh, ManifestQuestion[] questions)
    {
        var (time, bytes) = (double.MaxValue, double.MaxValue);
        for (var round = 0; round < Rounds; round++)
        {
            var allocated = GC.GetAllocatedBytesForCurrentThread();
            var start = Stopwatch.GetTimestamp();
            foreach (var question in questions)
                Decide(mesh, question);
            time = Math.Min(time, Stopwatch.GetElapsedTime(start).TotalNanoseconds);
            bytes = Math.Min(bytes, GC.GetAllocatedBytesForCurrentThread() - allocated);
        }

        return (time / questions.Length, bytes / questions.Length);
    }

    private static PolicyDecision Decide(MeshManifest mesh, ManifestQuestion question) =>
        mesh.Decide(question.Caller, question.Callee, question.Scopes, question.Serving);

    private static bool Row(string what, double value, string unit, double? bound)
    {
        var kept = bound is null || value <= bound;
        Console.WriteLine($"  {what,-36} {value,10:N1} {unit,-3} {(bound is null ? "" : $"at most {bound:N0} {unit,-3} {(kept ? "kept" : "MISSED")}")}".TrimEnd());
        return kept;
    }
}
