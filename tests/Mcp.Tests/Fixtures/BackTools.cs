using System.Collections.Concurrent;
using System.ComponentModel;
using AgentMesh.A2A;
using AgentMesh.A2A.Mesh;
using AgentMesh.Auth;
using AgentMesh.SemanticKernel;
using AgentMesh.SemanticKernel.Tools;
using Microsoft.SemanticKernel;

namespace AgentMesh.Mcp.Tests.Fixtures;

/// <summary>Which tools' code has run, and what it saw.</summary>
internal sealed class Runs
{
    public ConcurrentQueue<string> Seen { get; } = [];

    /// <summary>How the skill that waits ended.</summary>
    public TaskCompletionSource<bool> Canceled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}

internal sealed record Served(string Caller, string Subject, string Scopes);

/// <summary>Kernel functions: one that is granted, one that takes more, one without a scope, and some that fail.</summary>
internal sealed class BackTools(Runs runs)
{
    [KernelFunction("who"), RequireScope("back.read"), Description("Says on whose behalf it runs.")]
    public Served Who()
    {
        runs.Seen.Enqueue("who");
        var served = DelegationContext.Current!;
        return new(served.Caller, served.Subject, served.Scopes);
    }

    [KernelFunction("add"), RequireScope("back.read"), Description("Adds numbers.")]
    public static int Add([Description("The first.")] int first, [Description("The second.")] int second) => first + second;

    [KernelFunction("act"), RequireScope("back.do"), Description("Acts for real.")]
    public void Act() => runs.Seen.Enqueue("act");

    [KernelFunction("both"), RequireScope("back.read", "back.do"), Description("Reads and acts.")]
    public void Both() => runs.Seen.Enqueue("both");

    [KernelFunction("undeclared"), Description("Declares no scope.")]
    public void Undeclared() => runs.Seen.Enqueue("undeclared");

    [KernelFunction("break"), RequireScope("back.read"), Description("Breaks.")]
    public static void Break() => throw new InvalidOperationException("the password is swordfish");

    [KernelFunction("decline"), RequireScope("back.read"), Description("Declines.")]
    public static void Decline() => throw new DeclinedException();

    [KernelFunction("hidden"), RequireScope("back.read"), Description("Is not offered.")]
    public void Hidden() => runs.Seen.Enqueue("hidden");

    private sealed class DeclinedException() : Exception("Not today."), IToolFailure
    {
        public string Reason => "closed";
    }
}

internal sealed record EchoRequest([property: Description("What to say.")] string Text, int Times = 1);

internal sealed record EchoReply(string Text, string Subject);

[Skill("echo", "back.read", Name = "Echo", Description = "Says it back.")]
internal sealed class EchoSkill(Runs runs) : SkillHandler<EchoRequest, EchoReply>
{
    protected override async Task<EchoReply> RunAsync(EchoRequest request, AgentTaskContext task, CancellationToken cancellationToken)
    {
        runs.Seen.Enqueue("echo");
        if (request.Text.Length == 0)
            throw SkillException.BadRequest("There is nothing to say.");
        await task.ProgressAsync(0.5, "taking a breath");
        await task.NoteAsync("saying it");
        return new(string.Concat(Enumerable.Repeat(request.Text, request.Times)), DelegationContext.Current!.Subject);
    }
}

[Skill("commit", "back.do", Description = "Does it for real.")]
internal sealed class CommitSkill(Runs runs) : SkillHandler<EchoRequest, EchoReply>
{
    protected override Task<EchoReply> RunAsync(EchoRequest request, AgentTaskContext task, CancellationToken cancellationToken)
    {
        runs.Seen.Enqueue("commit");
        return Task.FromResult(new EchoReply(request.Text, DelegationContext.Current!.Subject));
    }
}

[Skill("bare", Description = "Declares no scope.")]
internal sealed class BareSkill(Runs runs) : SkillHandler<EchoRequest, EchoReply>
{
    protected override Task<EchoReply> RunAsync(EchoRequest request, AgentTaskContext task, CancellationToken cancellationToken)
    {
        runs.Seen.Enqueue("bare");
        return Task.FromResult(new EchoReply(request.Text, ""));
    }
}

[Skill("wait", "back.read", Description = "Waits until it is canceled.")]
internal sealed class WaitSkill(Runs runs) : SkillHandler<EchoRequest, EchoReply>
{
    protected override async Task<EchoReply> RunAsync(EchoRequest request, AgentTaskContext task, CancellationToken cancellationToken)
    {
        await task.NoteAsync("waiting");
        try
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }
        finally
        {
            runs.Canceled.TrySetResult(cancellationToken.IsCancellationRequested);
        }
        throw new InvalidOperationException("Nobody canceled it.");
    }
}

[Skill("ask-back", "back.read", Description = "Wants to know more.")]
internal sealed class AskBackSkill : SkillHandler<EchoRequest, EchoReply>
{
    protected override async Task<EchoReply> RunAsync(EchoRequest request, AgentTaskContext task, CancellationToken cancellationToken)
    {
        await task.RequireInputAsync("How many?");
        return new((await task.ReceiveAsync(cancellationToken)).Text, "");
    }
}

[Skill("untyped", "back.read", Description = "Does not say what it takes.")]
internal sealed class UntypedSkill : ISkillHandler
{
    public async Task ExecuteAsync(AgentTaskContext task, CancellationToken cancellationToken) => await task.CompleteAsync("Done.");
}
