using System.Text.Json;
using AgentMesh.A2A;
using AgentMesh.A2A.Mesh;

namespace AgentMesh.Agents.Tests.Running;

/// <summary>An agent that keeps its tasks in a database has them after it was started again.</summary>
[Collection(nameof(RunningMesh))]
public sealed class RestartTests(RunningMesh mesh)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_task_is_there_after_its_agent_was_started_again_in_files_that_are_its_owners_alone()
    {
        var client = Skills.ClientOf(mesh.Client("kept"));
        AgentTask made;
        await using (await StartAsync())
            made = (await client.SendMessageAsync(new() { Message = Score() }, Cancellation)).Task!;
        Assert.Equal(TaskState.Completed, made.Status.State);

        await using (await StartAsync())
        {
            var kept = await client.GetTaskAsync(made.Id, cancellationToken: Cancellation);
            Assert.Equal(JsonSerializer.Serialize(made.Artifacts), JsonSerializer.Serialize(kept.Artifacts));
            Assert.Equal(made.Status.Timestamp, kept.Status.Timestamp);
            Assert.Equal([made.Id], (await client.ListTasksAsync(new(), Cancellation)).Tasks.Select(task => task.Id));
        }

        var files = Directory.GetFiles(mesh.DataOf("kept"));
        Assert.Contains(files, file => Path.GetFileName(file) == "tasks.db");
        if (OperatingSystem.IsWindows())
            return;
        foreach (var file in files)
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    private Task<AgentProcess> StartAsync() =>
        mesh.StartAgainAsync("agents/RiskAnalyst", "risk-analyst", "kept", new() { ["Mesh__Tasks__Store"] = "sqlite" }, Cancellation);

    private static Message Score() => new()
    {
        MessageId = Guid.NewGuid().ToString(),
        Role = Role.User,
        Parts = [Part.FromData(JsonElement.Parse("""{"holdings":[{"symbol":"IBM","weight":1}]}"""))],
        Metadata = SkillName.Metadata("score-portfolio"),
    };
}
