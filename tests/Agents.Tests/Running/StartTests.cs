using System.Net;
using System.Net.Sockets;

namespace AgentMesh.Agents.Tests.Running;

/// <summary>What keeps an agent from starting is one line on standard error, with the setting in it, and exit code 1.</summary>
public sealed class StartTests : IDisposable
{
    // Of its own: a journal in a folder that others use, too, may be somebody else's.
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("start");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("agents/MarketData", "MarketData__Directory=/nowhere", "/nowhere/stocks.csv is missing", "MarketData:Directory")]
    [InlineData("agents/MarketData", "Mesh__Model=gpt-5", "Mesh:Model is 'gpt-5'", "ollama:<model>")]
    [InlineData("agents/Advisor", "Mesh__Model=openai:gpt-5", "needs a key", "OpenAI:ApiKey")]
    [InlineData("agents/Advisor", "Chat__MaximumRounds=0", "Chat:MaximumRounds must be from 1 to 50", "Chat:MaximumRounds")]
    [InlineData("agents/RiskAnalyst", "Risk__RiskFreeRate=5", "Risk:RiskFreeRate must be a fraction", "0.02 is 2 %")]
    [InlineData("agents/RiskAnalyst", "Mesh__Tasks__Store=redis", "Mesh:Tasks:Store is 'redis'", "memory, sqlite or postgresql")]
    [InlineData("agents/RiskAnalyst", "Mesh__Tasks__Store=postgresql", "Mesh:Tasks:ConnectionString is not set", "Mesh__Tasks__ConnectionString")]
    [InlineData("agents/RiskAnalyst", "Mesh__Tasks__ConnectionString=Host=db", "Mesh:Tasks:Store is memory", "postgresql")]
    [InlineData("agents/RiskAnalyst", "Mesh__Tasks__Retention=0", "Mesh:Tasks:Retention is '0'", "01:00:00")]
    [InlineData("agents/RiskAnalyst", "Mesh__Tasks__InterruptedRetention=soon", "Mesh:Tasks:InterruptedRetention is 'soon'", "01:00:00")]
    [InlineData("agents/RiskAnalyst", "Mesh__Tasks__PerCaller=0", "Mesh:Tasks:PerCaller is '0'", "above zero")]
    [InlineData("agents/Trader", "Mesh__Manifest=/nowhere/mesh.json", "/nowhere/mesh.json", "Manifest")]
    [InlineData("agents/Trader", "Mesh__Name=nobody", "nobody", "Mesh:Name")]
    [InlineData("agents/Trader", "ASPNETCORE_URLS=https://+:7999", "Mesh:Address is not set", "Mesh__Address")]
    [InlineData("agents/Trader", "Mesh__Address=http://trader", "which is no https address", "Mesh__Address")]
    [InlineData("agents/Trader", "ASPNETCORE_URLS=http://127.0.0.1:0", "ASPNETCORE_URLS", "https://")]
    public async Task A_bad_setting_is_named(string project, string setting, string what, string hint)
    {
        var name = project switch { "agents/MarketData" => "market-data", "agents/RiskAnalyst" => "risk-analyst", "agents/Trader" => "trader", _ => "advisor" };
        await using var process = AgentProcess.Start(project, Settings(name, (setting.Split('=', 2)[0], setting.Split('=', 2)[1])));

        Assert.Equal(1, await process.ExitAsync(TestContext.Current.CancellationToken));
        var line = Assert.Single(process.Errors);
        Assert.Contains(what, line, StringComparison.Ordinal);
        Assert.Contains(hint, line, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", process.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_named()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        await using var process = AgentProcess.Start("agents/Trader", Settings("trader", ("ASPNETCORE_URLS", $"https://{taken.LocalEndpoint}")));

        Assert.Equal(1, await process.ExitAsync(TestContext.Current.CancellationToken));
        var line = Assert.Single(process.Errors);
        Assert.Contains($"{taken.LocalEndpoint}", line, StringComparison.Ordinal);
        Assert.Contains("ASPNETCORE_URLS", line, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", process.Log, StringComparison.Ordinal);
    }

    private Dictionary<string, string> Settings(string name, (string Key, string Value) own) => new()
    {
        ["ASPNETCORE_URLS"] = "https://127.0.0.1:7999",
        ["SPIFFE_ENDPOINT_SOCKET"] = "unix:///nowhere/w.sock",
        ["Mesh__Manifest"] = Path.Combine(Repository.Root, "mesh.json"),
        ["Mesh__Name"] = name,
        ["Mesh__Issuer"] = "https://127.0.0.1:1/",
        ["Mesh__AuditDirectory"] = _folder.FullName,
        ["OPENAI_API_KEY"] = "",
        [own.Key] = own.Value,
    };
}
