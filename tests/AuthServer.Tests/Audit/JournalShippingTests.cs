using AgentMesh.Auth;
using AgentMesh.AuthServer.Tests.Fixtures;
using AgentMesh.Spiffe;
using AgentMesh.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AgentMesh.AuthServer.Tests.Audit;

/// <summary>An agent's process and the server, both real, both ended and started again.</summary>
[Proves("AI8")]
public sealed class JournalShippingTests : IDisposable
{
    private readonly TestAuthority _authority = new(TestMesh.TrustDomain);
    private readonly TemporaryFolder _serverFolder = new();
    private readonly TemporaryFolder _agentFolder = new();
    private readonly int _port = FreePort.Take();

    public void Dispose()
    {
        _authority.Dispose();
        _serverFolder.Dispose();
        _agentFolder.Dispose();
    }

    [Fact]
    public async Task No_record_is_lost_or_held_twice_over_restarts_of_either_side()
    {
        // Written while no server runs, by a process that ends before one does.
        using (var first = await StartAgentAsync())
        {
            await WriteAsync(first, 1, 300);
            await first.StopAsync(TestContext.Current.CancellationToken);
        }
        await using (var server = await StartServerAsync())
        {
            using var second = await StartAgentAsync();
            await WriteAsync(second, 301, 600);
            await UntilHeldAsync(server, 600);
            await second.StopAsync(TestContext.Current.CancellationToken);
        }
        using var third = await StartAgentAsync();
        await WriteAsync(third, 601, 900);
        await using var again = await StartServerAsync();
        await UntilHeldAsync(again, 900);
        await third.StopAsync(TestContext.Current.CancellationToken);

        List<string> actions = [];
        var after = "0";
        for (var page = 0; page < 3; page++)
        {
            var answer = await again.ClientOf("local").GetAsync($"audit/records?agent=trader&limit=500&after={after}");
            actions.AddRange(answer.Body["items"]!.AsArray().Select(item => (string)item!["record"]!["action"]!));
            after = answer.Body["next"]!.ToString();
        }
        Assert.Equal(Enumerable.Range(1, 900).Select(number => $"POST /{number}"), actions);
        Assert.DoesNotContain(again.Audit.Events, e => e.Kind == "journal");
    }

    [Fact]
    public async Task The_servers_own_journal_is_in_the_ledger()
    {
        await using var server = await StartServerAsync(builder =>
        {
            builder.Services.RemoveAll<IAuditLog>();
            builder.Services.Replace(ServiceDescriptor.Singleton(TimeProvider.System));
            builder.Configuration["Mesh:AuditDirectory"] = _agentFolder.Path;
        });

        Assert.Equal(200, (await server.ClientOf("advisor").ExchangeAsync(server.AdviceToken(), "risk-analyst", "risk.score")).Status);
        var answer = await server.ClientOf("local").GetAsync("audit/records?kind=issuance&after=0&wait=20");

        Assert.Equal("token-exchange", (string?)Assert.Single(answer.Body["items"]!.AsArray())!["record"]!["action"]);
    }

    private Task<RunningServer> StartServerAsync(Action<Microsoft.AspNetCore.Builder.WebApplicationBuilder>? configure = null) => RunningServer.StartAsync(new ServerSetup
    {
        Authority = _authority,
        DataDirectory = _serverFolder,
        OwnsDataDirectory = false,
        Arguments = ["--urls", $"https://127.0.0.1:{_port};http://127.0.0.1:0"],
        Configure = configure,
    });

    private async Task<IHost> StartAgentAsync()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Mesh:Name"] = "trader",
            ["Mesh:Issuer"] = $"https://127.0.0.1:{_port}/",
            ["Mesh:AuditDirectory"] = _agentFolder.Path,
            ["Mesh:AuditInstance"] = "trader-1",
        });
        var identity = _authority.Source(SpiffeId.Parse(TestMesh.IdOf("trader")));
        builder.Services.AddSingleton<IX509SvidSource>(identity);
        builder.Services.AddSingleton<IX509BundleSource>(identity);
        builder.Services.AddSingleton<IJwtBundleSource>(identity);
        builder.Services.AddMeshAudit(builder.Configuration);
        builder.Services.AddSingleton(TestMesh.Manifest);
        builder.Logging.ClearProviders();
        var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        return host;
    }

    private static Task WriteAsync(IHost agent, int first, int last)
    {
        var log = agent.Services.GetRequiredService<IAuditLog>();
        return Task.WhenAll(Enumerable.Range(first, last - first + 1).Select(number => log.WriteAsync(JournalLines.Event("trader", number), TestContext.Current.CancellationToken).AsTask()));
    }

    private static async Task UntilHeldAsync(RunningServer server, int records)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            var journals = (await server.ClientOf("local").GetAsync("audit/journals")).Body["items"]!.AsArray();
            if (journals is [{ } head] && (int)head["seq"]! == records)
            {
                return;
            }
            await Task.Delay(100, limit.Token);
        }
    }
}
