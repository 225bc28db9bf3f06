using System.Net;
using System.Threading.Channels;
using AgentMesh.A2A.Mesh.Tests.Mesh;
using AgentMesh.Auth.AspNetCore;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AgentMesh.A2A.Mesh.Tests.Skills;

/// <summary>T31: a webhook that a party registered tells it nothing more once it was revoked, though no request of its own could be refused.</summary>
public sealed class RevokedOwnerTests : IAsyncLifetime
{
    private readonly ChainMesh _mesh = new();
    private readonly Channel<string> _received = Channel.CreateUnbounded<string>();
    private WebApplication _webhook = null!;

    public async ValueTask InitializeAsync()
    {
        await _mesh.InitializeAsync();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel().UseUrls("http://127.0.0.1:0");
        _webhook = builder.Build();
        _webhook.MapPost("/{caller}", async (HttpContext context, string caller) =>
        {
            using var reader = new StreamReader(context.Request.Body);
            await _received.Writer.WriteAsync($"{caller} {await reader.ReadToEndAsync(context.RequestAborted)}");
        });
        await _webhook.StartAsync();
    }

    [Fact(Timeout = 120_000)]
    public async Task A_revoked_party_is_not_notified_any_more_and_another_is()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var back = await _mesh.StartAsync("back", agent =>
        {
            agent.Services.Configure<SkillOptions>(options => options.Server = server =>
            {
                server.Push.AllowHttp = true;
                server.Push.AllowedNetworks.Add(IPNetwork.Parse("127.0.0.0/8"));
                server.Push.FirstDelay = TimeSpan.Zero;
            });
            agent.Services.AddSingleton(new Gate());
            agent.AddSkill<GatedSkill>();
        });
        var anns = await SendAsync("ann");
        await SendAsync("bob");
        while (!(await _received.Reader.ReadAsync(cancellation)).Contains("ann ", StringComparison.Ordinal))
        {
        }

        back.Services.GetRequiredService<InMemoryRevocationState>().RevokeAgent(ChainManifest.IdOf("ann"));
        back.Services.GetRequiredService<Gate>().Open.SetResult();

        List<string> after = [];
        do
            after.Add(await _received.Reader.ReadAsync(cancellation));
        while (!after[^1].StartsWith("bob ", StringComparison.Ordinal) || !after[^1].Contains("COMPLETED", StringComparison.Ordinal));
        var store = back.Services.GetRequiredService<ITaskStore>();
        bool has;
        do
        {
            has = (await store.FindPushConfigsAsync(ChainManifest.IdOf("ann"), anns, cancellation)).Count > 0;
            while (_received.Reader.TryRead(out var more))
                after.Add(more);
            Assert.DoesNotContain(after, each => each.StartsWith("ann ", StringComparison.Ordinal) && !each.Contains("WORKING", StringComparison.Ordinal));
            cancellation.ThrowIfCancellationRequested();
        }
        while (has);
        Assert.Equal([TaskState.Completed], await _mesh.TasksAsync("back", "ann"));

        async Task<string> SendAsync(string caller)
        {
            var client = await _mesh.Caller(caller).ClientAsync("read", "back.read");
            var sent = await client.SendMessageAsync(new()
            {
                Message = Message.FromUser("go") with { Metadata = SkillName.Metadata("read") },
                Configuration = new() { ReturnImmediately = true, TaskPushNotificationConfig = new() { Url = $"{_webhook.Urls.Single()}/{caller}" } },
            }, cancellation);
            return sent.Task!.Id;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _mesh.DisposeAsync();
        await _webhook.DisposeAsync();
    }

    private sealed class Gate
    {
        public TaskCompletionSource Open { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    [Skill("read", "back.read", Description = "Waits, then gives its secret.", Tags = ["reading"])]
    private sealed class GatedSkill(Gate gate) : ISkillHandler
    {
        public async Task ExecuteAsync(AgentTaskContext task, CancellationToken cancellationToken)
        {
            await gate.Open.Task.WaitAsync(cancellationToken);
            await task.AddArtifactAsync(new() { ArtifactId = "secret", Parts = [Part.FromText("secret")] });
        }
    }
}
