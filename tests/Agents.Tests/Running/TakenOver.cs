using System.Diagnostics;
using System.Text.Json;

namespace AgentMesh.Agents.Tests.Running;

/// <summary>What the code that runs in a taken-over process is to do.</summary>
internal sealed record Orders(string Socket, Uri Issuer, Uri Callee, string SubjectToken, string Scope, string Skill, string Data);

/// <summary>An agent's own program, attested as such, in which this assembly's code runs before and instead of the agent's.</summary>
internal static class TakenOver
{
    public const string Variable = "TAKEN_OVER_BY";

    public static Dictionary<string, string> By(string whom) => new() { ["DOTNET_STARTUP_HOOKS"] = typeof(TakenOver).Assembly.Location, [Variable] = whom };

    /// <summary>Runs an agent's program that only carries out these orders.</summary>
    public static async Task<JsonElement> CallAsync(string project, Orders orders)
    {
        var start = new ProcessStartInfo(AgentProcess.PathOf(project)) { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var (key, value) in By("caller"))
            start.Environment[key] = value;
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(orders));
        process.StandardInput.Close();
        var answer = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return JsonSerializer.Deserialize<JsonElement>(answer);
    }
}
