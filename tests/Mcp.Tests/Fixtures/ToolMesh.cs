using AgentMesh.A2A.Mesh;
using AgentMesh.A2A.Mesh.Tests.Mesh;
using AgentMesh.SemanticKernel;
using Microsoft.Extensions.DependencyInjection;
using ModelContextProtocol.Client;

namespace AgentMesh.Mcp.Tests.Fixtures;

/// <summary>An agent called with tokens and one called with mutual TLS alone, both with tools, the real authorization server, and the package's own client.</summary>
public sealed class ToolMesh : IAsyncLifetime
{
    internal ChainMesh Chain { get; } = new();

    internal RunningAgent Back { get; private set; } = null!;

    internal RunningAgent Plain { get; private set; } = null!;

    internal Runs Runs => Back.Services.GetRequiredService<Runs>();

    internal Uri Endpoint => new(Back.Address, "mcp");

    public async ValueTask InitializeAsync()
    {
        await Chain.InitializeAsync();
        Back = await Chain.StartAsync(
            "back",
            builder =>
            {
                builder.Services.AddSingleton<Runs>();
                builder.AddSkill<EchoSkill>().AddSkill<CommitSkill>().AddSkill<BareSkill>().AddSkill<WaitSkill>().AddSkill<AskBackSkill>().AddSkill<UntypedSkill>();
                builder.AddAgentKernel();
                builder.AddMcpTools<BackTools>("who", "add", "act", "both", "undeclared", "break", "decline");
            },
            map: app => app.MapMcpTools());
        Plain = await Chain.StartAsync(
            "plain",
            builder =>
            {
                builder.Services.AddSingleton<Runs>();
                builder.AddAgentKernel();
                builder.AddMcpTools<BackTools>("who", "act");
            },
            registers: false,
            map: app => app.MapMcpTools());
    }

    /// <summary>A party's client of the agent's tools, with a token for it.</summary>
    internal async Task<McpClient> ConnectAsync(string party = "ann", string scope = "back.read")
    {
        var caller = Chain.Caller(party);
        return await ConnectAsync(caller.WithToken(await caller.TokenAsync("back", scope)), Endpoint);
    }

    internal static Task<McpClient> ConnectAsync(HttpClient http, Uri endpoint) => McpClient.CreateAsync(
        new HttpClientTransport(new() { Endpoint = endpoint, TransportMode = HttpTransportMode.StreamableHttp }, http, ownsHttpClient: true),
        cancellationToken: TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => Chain.DisposeAsync();
}
