using System.Security.Cryptography;
using System.Text;
using AgentMesh.Attacks.Tests.Mesh;
using AgentMesh.Auth;
using AgentMesh.Testing;

namespace AgentMesh.Attacks.Tests.Audit;

/// <summary>An intruder with the agent's own rights edits what the agent has recorded about it.</summary>
public sealed class TamperedJournalTests
{
    [Theory, Threat("T34")]
    [InlineData("edited", 3, "edited")]
    [InlineData("edited and hashed anew", 4, "does not follow")]
    [InlineData("removed", 3, "removed")]
    [InlineData("the first removed", 1, "removed")]
    [InlineData("reordered", 3, "reordered")]
    [InlineData("inserted", 4, "inserted")]
    [InlineData("truncated", 6, "ends here")]
    public async Task Verification_names_the_first_record_that_does_not_fit(string attack, long first, string reason)
    {
        var journal = await JournalOfFiveDecisionsAsync();
        Assert.True(AuditJournal.Verify(journal).IsIntact);
        var lines = File.ReadAllLines(journal).ToList();
        Assert.Equal(5, lines.Count);
        switch (attack)
        {
            case "edited": lines[2] = Whitewashed(lines[2]); break;
            case "edited and hashed anew": lines[2] = Rehashed(Whitewashed(lines[2])); break;
            case "removed": lines.RemoveAt(2); break;
            case "the first removed": lines.RemoveAt(0); break;
            case "reordered": (lines[2], lines[3]) = (lines[3], lines[2]); break;
            case "inserted": lines.Insert(3, lines[2]); break;
            case "truncated": lines.RemoveAt(4); first = 5; break;
        }
        File.WriteAllText(journal, string.Join('\n', lines) + "\n");

        var fault = AuditJournal.Verify(journal).Fault;
        Assert.Equal(first, fault?.Line);
        Assert.Contains(reason, fault!.Reason, StringComparison.Ordinal);
    }

    /// <summary>A real agent, its real journal: three calls that it refused and two that it let pass.</summary>
    private static async Task<string> JournalOfFiveDecisionsAsync()
    {
        var folder = Directory.CreateTempSubdirectory("jrn").FullName;
        await using (var mesh = await AttackMesh.StartAsync(("Mesh:AuditDirectory", folder)))
        {
            using var advisor = mesh.Workload("advisor");
            using var stranger = mesh.Workload("auditor");
            foreach (var caller in new[] { stranger, advisor, stranger, advisor, stranger })
                Assert.Equal(caller == advisor ? 200 : 403, (await caller.CallAsync(mesh.MarketData, null, "/prices")).Status);
        }
        return Path.Combine(folder, "market-data.jsonl");
    }

    private static string Whitewashed(string line)
    {
        Assert.Contains("\"deny\"", line, StringComparison.Ordinal);
        return line.Replace("\"deny\"", "\"allow\"", StringComparison.Ordinal);
    }

    private static string Rehashed(string line)
    {
        var content = line[..line.LastIndexOf(",\"hash\"", StringComparison.Ordinal)] + "}";
        return $"{content[..^1]},\"hash\":\"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content)))}\"}}";
    }
}
