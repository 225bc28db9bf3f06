using System.Diagnostics.CodeAnalysis;

namespace AgentMesh.A2A.Mesh;

/// <summary>The task that is being worked on, wherever in its work one is: what calls to other agents report to.</summary>
[SuppressMessage("Reliability", "CA1001", Justification = "The semaphore holds no handle as long as nobody asks for one.")]
public sealed class SkillTask
{
    private static readonly AsyncLocal<SkillTask?> Ambient = new();

    private readonly List<AuthorizationNotice> _awaited = [];
    private readonly SemaphoreSlim _gate = new(1, 1);

    private SkillTask(AgentTaskContext context) => Context = context;

    /// <summary>The task being worked on; null when there is none.</summary>
    public static SkillTask? Current => Ambient.Value;

    /// <summary>Where to report to.</summary>
    public AgentTaskContext Context { get; }

    /// <summary>
    /// Says that the task waits for an authorization that somebody gives elsewhere (A2A §7.6), until the result is disposed of. The state authorizes
    /// nothing. While several are awaited the task stays in that state until the last is over.
    /// </summary>
    /// <param name="notice">What is awaited.</param>
    public async ValueTask<IAsyncDisposable> AwaitAuthorizationAsync(AuthorizationNotice notice)
    {
        ArgumentNullException.ThrowIfNull(notice);
        await _gate.WaitAsync().ConfigureAwait(false);
        try
        {
            await Context.RequireAuthorizationAsync(notice.ToMessage()).ConfigureAwait(false);
            _awaited.Add(notice);
        }
        finally
        {
            _gate.Release();
        }
        return new Awaiting(this, notice);
    }

    internal static SkillTask Enter(AgentTaskContext context) => Ambient.Value = new SkillTask(context);

    private async ValueTask OverAsync(AuthorizationNotice notice)
    {
        await _gate.WaitAsync().ConfigureAwait(false);
        try
        {
            _awaited.Remove(notice);
            if (_awaited is [.., var other])
                await Context.RequireAuthorizationAsync(other.ToMessage()).ConfigureAwait(false);
            else
                await Context.SetStatusAsync(TaskState.Working).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The task was canceled meanwhile: it has no state to go back to.
        }
        finally
        {
            _gate.Release();
        }
    }

    private sealed class Awaiting(SkillTask task, AuthorizationNotice notice) : IAsyncDisposable
    {
        private bool _over;

        public async ValueTask DisposeAsync()
        {
            if (_over)
                return;
            _over = true;
            await task.OverAsync(notice).ConfigureAwait(false);
        }
    }
}
