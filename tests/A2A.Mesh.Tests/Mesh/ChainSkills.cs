using System.Collections.Concurrent;
using System.Text.Json;
using AgentMesh.Auth;
using Microsoft.Extensions.DependencyInjection;

namespace AgentMesh.A2A.Mesh.Tests.Mesh;

internal sealed record Order(string What, int Amount);

internal sealed record Done(string By, string What, string Subject);

/// <summary>What the last agent of the chain has really done.</summary>
internal sealed class Deeds
{
    public ConcurrentQueue<string> Done { get; } = [];
}

[Skill("knock", "door.knock", Description = "Asks whoever takes questions.", Tags = ["entry"])]
internal sealed class KnockSkill(Front front) : SkillHandler<Order, Done>
{
    protected override Task<Done> RunAsync(Order request, AgentTaskContext task, CancellationToken cancellationToken) => front.AskAsync(request, cancellationToken);
}

internal sealed class Front(SkillClient skill)
{
    public Task<Done> AskAsync(Order order, CancellationToken cancellationToken) => skill.CallAsync<Order, Done>(order, cancellationToken: cancellationToken);
}

[Skill("ask", "front.ask", Description = "Has something done.", Tags = ["entry"])]
internal sealed class AskSkill(Middle middle) : SkillHandler<Order, Done>
{
    protected override async Task<Done> RunAsync(Order request, AgentTaskContext task, CancellationToken cancellationToken)
    {
        await task.ProgressAsync(0.5, "asking the middle");
        return await middle.WorkAsync(request, cancellationToken);
    }
}

internal sealed class Middle(SkillClient skill)
{
    public Task<Done> WorkAsync(Order order, CancellationToken cancellationToken) => skill.CallAsync<Order, Done>(order, cancellationToken: cancellationToken);
}

[Skill("work", "middle.work", Description = "Has it done by those who can.", Tags = ["work"])]
internal sealed class WorkSkill(Back back) : SkillHandler<Order, Done>
{
    protected override Task<Done> RunAsync(Order request, AgentTaskContext task, CancellationToken cancellationToken) =>
        request.What == "think" ? Task.FromResult(new Done("middle", request.What, DelegationContext.Current!.Subject))
        : request.What == "nonsense" ? throw SkillException.BadRequest("That is nonsense.")
        : back.DoAsync(request, cancellationToken);
}

internal sealed class Back(SkillClient skill, SkillApprovals approvals)
{
    public async Task<Done> DoAsync(Order order, CancellationToken cancellationToken)
    {
        var approved = await approvals.RequireAsync(
            new()
            {
                Callee = "back",
                Scopes = skill.Scopes,
                AuthorizationDetails = JsonSerializer.SerializeToElement(new[] { new { type = DoSkill.Type, what = order.What, amount = order.Amount } }),
                BindingMessage = $"do {order.What} {order.Amount} times",
            },
            cancellationToken);
        return await skill.CallAsync<Order, Done>(order, approved, cancellationToken);
    }
}

[Skill("do", "back.do", Description = "Does it for real.", Tags = ["work"])]
internal sealed class DoSkill(Deeds deeds) : SkillHandler<Order, Done>
{
    public const string Type = "urn:agentmesh:deed";

    protected override Task<Done> RunAsync(Order request, AgentTaskContext task, CancellationToken cancellationToken)
    {
        var served = DelegationContext.Current!;
        if (!served.Approved.Include(Type, request, (System.Text.Json.Serialization.Metadata.JsonTypeInfo<Order>)SkillJson.Options.GetTypeInfo(typeof(Order))))
            throw new SkillException("not_approved", "That is not what was approved.");
        deeds.Done.Enqueue($"{request.What} {request.Amount}");
        return Task.FromResult(new Done("back", request.What, served.Subject));
    }
}

[Skill("read", "back.read", Description = "Reads, until told otherwise.", Tags = ["reading"])]
internal sealed class ReadSkill : ISkillHandler
{
    public async Task ExecuteAsync(AgentTaskContext task, CancellationToken cancellationToken)
    {
        if (task.Message.Text == "wait")
        {
            await task.RequireInputAsync("Go on?");
            return;
        }
        if (task.Message.Text == "hold")
        {
            await task.WorkingAsync("holding");
            await task.ReceiveAsync(cancellationToken);
            await task.AddArtifactAsync(new() { ArtifactId = "held", Parts = [Part.FromText("went on")] });
        }
        await task.CompleteAsync($"read for {DelegationContext.Current!.Subject}");
    }
}

[Skill("open", Description = "Declares no scope.")]
internal sealed class OpenSkill(Deeds deeds) : ISkillHandler
{
    public Task ExecuteAsync(AgentTaskContext task, CancellationToken cancellationToken)
    {
        deeds.Done.Enqueue("open");
        return Task.CompletedTask;
    }
}

/// <summary>The chain's agents.</summary>
internal static class Chain
{
    public static Task<RunningAgent> DoorAsync(this ChainMesh mesh) => mesh.StartAsync("door", builder =>
    {
        builder.AddSkill<KnockSkill>();
        builder.AddSkillClient<Front>("ask", "front.ask");
    });

    public static Task<RunningAgent> FrontAsync(this ChainMesh mesh) => mesh.StartAsync("front", builder =>
    {
        builder.AddSkill<AskSkill>();
        builder.AddSkillClient<Middle>("work", "middle.work");
    });

    public static Task<RunningAgent> MiddleAsync(this ChainMesh mesh) => mesh.StartAsync("middle", builder =>
    {
        builder.AddSkill<WorkSkill>();
        builder.AddSkillClient<Back>("do", "back.do");
    });

    public static Task<RunningAgent> BackAsync(this ChainMesh mesh, bool registers = true) => mesh.StartAsync("back", builder =>
    {
        builder.Services.AddSingleton<Deeds>();
        builder.AddSkill<DoSkill>();
        builder.AddSkill<ReadSkill>();
        builder.AddSkill<OpenSkill>();
    }, registers);
}
