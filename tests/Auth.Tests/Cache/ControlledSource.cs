namespace AgentMesh.Auth.Tests;

/// <summary>A token source that answers, waits and fails as the test says.</summary>
internal sealed class ControlledSource(TimeProvider time) : ITokenSource
{
    private readonly Lock _gate = new();
    private readonly List<(int Calls, TaskCompletionSource Reached)> _waiting = [];
    private TaskCompletionSource? _hold;
    private int _calls;

    public int Calls => Volatile.Read(ref _calls);

    public TokenResult? Failure { get; set; }

    public Exception? Exception { get; set; }

    public void Hold() => _hold = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Release() => _hold!.SetResult();

    public Task WaitForCallAsync(int count)
    {
        lock (_gate)
        {
            if (_calls >= count)
                return Task.CompletedTask;
            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((count, reached));
            return reached.Task;
        }
    }

    public async ValueTask<TokenResult> GetTokenAsync(TokenRequest request, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            _calls++;
            foreach (var (_, reached) in _waiting.Where(w => w.Calls <= _calls))
                reached.TrySetResult();
        }
        if (_hold is not null)
            await _hold.Task.WaitAsync(cancellationToken);
        if (Exception is not null)
            throw Exception;
        return Failure ?? TokenResult.Success(new AccessToken($"token-{_calls}", request.Scopes, time.GetUtcNow().AddMinutes(5)));
    }
}
