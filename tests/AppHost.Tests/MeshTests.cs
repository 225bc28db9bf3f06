using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace AgentMesh.AppHost.Tests;

/// <summary>What must hold whoever issues the identities.</summary>
public abstract class MeshTests(RunningMesh mesh)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Every_part_is_healthy()
    {
        Require();
        foreach (var name in mesh.Manifest.Agents.Keys.Append("auth-server"))
        {
            Assert.Contains(name, mesh.Parts);
            await mesh.HealthyAsync(name);
        }
    }

    [Fact]
    public async Task A_question_is_answered_and_one_trace_spans_every_hop()
    {
        Require();
        var answer = await mesh.AskAsync();
        Assert.NotEmpty(answer.GetProperty("text").GetString()!);
        Assert.Empty(answer.GetProperty("failedSteps").EnumerateArray());

        var deciders = mesh.Journal(answer.GetProperty("traceId").GetString()!).Select(entry => entry.Party).ToHashSet();
        Assert.Superset(mesh.Manifest.Agents.Keys.Append("auth-server").ToHashSet(), deciders);
    }

    [Theory]
    [InlineData("advisor", "ask")]
    [InlineData("advisor", "rotate")]
    [InlineData("auth-server", "verify-audit")]
    [InlineData("auth-server", "attack")]
    public async Task What_the_dashboard_offers_does_what_it_says(string part, string command)
    {
        Require();
        var done = await mesh.CommandAsync(part, command);
        Assert.True(done.Success, done.Message);
    }

    [Fact]
    public async Task The_checklist_reads_the_environment_of_every_process_and_finds_no_secret()
    {
        Require();
        var check = await mesh.MeshAsync("check", "--json");
        var results = JsonDocument.Parse(check.Output).RootElement.EnumerateArray().ToList();
        Assert.All(results, result => Assert.NotEqual("red", result.GetProperty("level").GetString()));
        var secrets = results.Single(result => result.GetProperty("name").GetString() == "no static secrets");
        Assert.DoesNotContain("cannot be read", secrets.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_killed_agent_is_started_again_and_answers()
    {
        Require();
        const string Agent = "risk-analyst";
        using (var process = Process.GetProcessById(await ProcessIdAsync(Agent)))
            process.Kill(entireProcessTree: true);

        await mesh.WithinAsync(Patience, $"{Agent} to have ended", cancellation =>
            mesh.App.ResourceNotifications.WaitForResourceAsync(Agent, KnownResourceStates.TerminalStates, cancellation));
        Assert.True((await mesh.CommandAsync(Agent, KnownResourceCommands.StartCommand)).Success);
        await mesh.HealthyAsync(Agent);
        await mesh.AskAsync();
    }

    [Fact]
    public async Task A_disabled_agent_is_refused_until_it_is_enabled_again()
    {
        Require();
        const string Agent = "risk-analyst";
        Assert.True((await mesh.CommandAsync(Agent, "disable")).Success);
        try
        {
            // The Advisor says in its answer which tools failed, or has none without them.
            var asked = await mesh.MeshAsync("ask", RunningMesh.Question, "--json");
            Assert.True(asked.ExitCode != 0 || FailedSteps(asked.Output) > 0, asked.Output);
        }
        finally
        {
            Assert.True((await mesh.CommandAsync(Agent, "enable")).Success);
        }

        // It gets an SVID again, its callers connect again: then it answers as before.
        await mesh.WithinAsync(Patience, $"{Agent} to answer again", async cancellation =>
        {
            while ((await mesh.AskAsync()).GetProperty("failedSteps").GetArrayLength() > 0)
                await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, cancellation);
        });
    }

    private static int FailedSteps(string output) =>
        JsonDocument.Parse(output).RootElement.GetProperty("answer").GetProperty("failedSteps").GetArrayLength();

    private async Task<int> ProcessIdAsync(string agent)
    {
        var current = await mesh.WithinAsync(Patience, $"{agent}'s process", cancellation =>
            mesh.App.ResourceNotifications.WaitForResourceAsync(agent, e => e.Snapshot.Properties.Any(IsProcessId), cancellation));
        return Convert.ToInt32(current.Snapshot.Properties.First(IsProcessId).Value, CultureInfo.InvariantCulture);
    }

    private static bool IsProcessId(ResourcePropertySnapshot property) => property is { Name: "executable.pid", Value: not null };

    private void Require()
    {
        Assert.SkipWhen(mesh.Obstacle is not null && !MustRun, mesh.Obstacle ?? "");
        Assert.Null(mesh.Obstacle);
    }

    /// <summary>Where a container runtime is known to be there, a skipped test would hide that it is not used.</summary>
    private static bool MustRun => Environment.GetEnvironmentVariable("AGENTMESH_REQUIRE_SPIRE") == "1";
}
