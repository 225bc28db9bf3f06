using AgentMesh.Testing;
using static AgentMesh.Mesh.Tests.SecretScan;

namespace AgentMesh.Mesh.Tests;

/// <summary>Nothing that a full run writes holds a token, an assertion or a key.</summary>
[Threat("T35")]
public sealed class SecretsTests(DemoFixture demo)
{
    [Fact]
    public void Nothing_that_the_demo_printed_holds_a_secret() => Assert.Empty(Secrets(demo.Printed));

    [Fact]
    public void No_file_of_the_run_directory_holds_a_secret()
    {
        var files = Directory.EnumerateFiles(demo.Directory, "*", SearchOption.AllDirectories).ToList();
        // The scan is worth something only if there was something to scan, at the level that says most.
        Assert.Contains(files, file => file.EndsWith("advisor.log", StringComparison.Ordinal) && new FileInfo(file).Length > 1000);
        Assert.Contains(files, file => file.EndsWith("risk-analyst.jsonl", StringComparison.Ordinal));
        foreach (var file in files.Where(file => !IsEncryptedKeyStore(file)))
            Assert.True(Secrets(File.ReadAllText(file)).Count == 0, $"{file} holds {string.Join(", ", Secrets(File.ReadAllText(file)))}");
    }

    [Theory]
    [InlineData("Bearer eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJpc3MiOiJodHRwczovLzEyNy4wLjAuMSJ9.c2lnbmF0dXJl")]
    [InlineData("-----BEGIN EC PRIVATE KEY-----")]
    [InlineData("""{"kty":"EC","crv":"P-256","d":"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"}""")]
    public void The_scan_finds_what_it_looks_for(string text) => Assert.NotEmpty(Secrets(text));

    /// <summary>The authorization server's own state: its database and the key that encrypts it, readable by its user alone.</summary>
    private static bool IsEncryptedKeyStore(string file) =>
        file.Contains($"{Path.DirectorySeparatorChar}state{Path.DirectorySeparatorChar}", StringComparison.Ordinal);
}
