namespace AgentMesh.A2A.Mesh;

/// <summary>
/// Carries from a callee's task to the task being worked on here what those who wait should see: words about progress, and that an authorization
/// is awaited.
/// </summary>
internal sealed class TaskRelay(string agent) : IAsyncDisposable
{
    private readonly SkillTask? _here = SkillTask.Current;
    private IAsyncDisposable? _awaiting;

    public async ValueTask HearAsync(TaskStatus status)
    {
        await ResumeAsync().ConfigureAwait(false);
        if (_here is null)
            return;
        // Without words for it there is nothing to pass on; the callee waits all the same.
        if (status.State == TaskState.AuthRequired && AuthorizationNotice.Of(status) is { } notice)
            _awaiting = await _here.AwaitAuthorizationAsync(notice).ConfigureAwait(false);
        if (status.State == TaskState.Working && status.Message?.Text is { Length: > 0 } text)
            await _here.Context.NoteAsync($"{agent}: {AuthorizationNotice.Line(text)}").ConfigureAwait(false);
    }

    public ValueTask DisposeAsync() => ResumeAsync();

    private async ValueTask ResumeAsync()
    {
        if (_awaiting is not { } awaiting)
            return;
        _awaiting = null;
        await awaiting.DisposeAsync().ConfigureAwait(false);
    }
}
