using System.Text.Json;
using AgentMesh.Testing;
using static AgentMesh.Mesh.Tests.SecretScan;

namespace AgentMesh.Mesh.Tests;

/// <summary>What others on the machine can see of a running process holds no token, assertion or key.</summary>
[Threat("T35")]
public sealed class ProcessSecretsTests(RunningMeshFixture mesh) : IClassFixture<RunningMeshFixture>
{
    [Theory]
    [InlineData("environ")]
    [InlineData("cmdline")]
    public async Task No_environment_and_no_command_line_holds_a_secret(string what)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux shows these of other processes.");
        // They have worked: tokens were issued, SVIDs fetched.
        await using var ask = await mesh.RunAsync(0, "ask", "How risky is port-abc?");
        await using var status = await mesh.RunAsync(0, "status", "--json");
        var parts = JsonDocument.Parse(status.Output).RootElement.GetProperty("parts").EnumerateArray().ToList();
        Assert.Contains(parts, part => part.GetProperty("name").GetString() == "trader");
        foreach (var part in parts)
        {
            var seen = await File.ReadAllTextAsync($"/proc/{part.GetProperty("processId").GetInt32()}/{what}", TestContext.Current.CancellationToken);
            Assert.NotEmpty(seen);
            Assert.True(Secrets(seen).Count == 0, $"{what} of {part.GetProperty("name")} holds {string.Join(", ", Secrets(seen))}");
        }
    }
}
