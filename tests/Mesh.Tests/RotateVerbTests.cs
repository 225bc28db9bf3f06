using System.Text.Json;

namespace AgentMesh.Mesh.Tests;

/// <summary><c>mesh rotate</c> on a mesh of its own: when a new authority signs, some seconds later, every SVID changes, and what was approved for the one before is void.</summary>
public sealed class RotateVerbTests(RunningMeshFixture mesh) : IClassFixture<RunningMeshFixture>
{
    [Fact]
    public async Task What_signs_SVIDs_is_renewed_and_the_agents_go_on()
    {
        foreach (var authority in (string[])["x509", "jwt"])
        {
            await using var told = await mesh.RunAsync(0, "rotate", "--authority", authority);
            Assert.StartsWith($"a new {authority} authority signs from ", told.Output, StringComparison.Ordinal);
        }
        await using var json = await mesh.RunAsync(0, "rotate", "risk-analyst", "--json");
        Assert.Equal("spiffe://agentmesh.local/agent/risk-analyst", Json(json).GetProperty("rotated").GetString());
        await using var ask = await mesh.RunAsync(0, "ask", "How risky is port-abc?", "--json");
        Assert.Empty(Json(ask).GetProperty("answer").GetProperty("failedSteps").EnumerateArray());
    }

    private static JsonElement Json(MeshRun run) => JsonSerializer.Deserialize<JsonElement>(run.Output);
}
