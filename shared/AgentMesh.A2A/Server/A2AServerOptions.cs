using Microsoft.AspNetCore.Http;

namespace AgentMesh.A2A;

/// <summary>Settings of an A2A server. <see cref="Card"/> and <see cref="Owner"/> must be set.</summary>
public sealed class A2AServerOptions
{
    /// <summary>The agent's card, unsigned. What its capabilities do not announce is refused.</summary>
    public AgentCard? Card { get; set; }

    /// <summary>
    /// Who is behind a request: the key under which tasks are made and found. <see langword="null"/> refuses the request with 401.
    /// There is no default: a host that lets everybody in says so.
    /// </summary>
    public Func<HttpContext, string?>? Owner { get; set; }

    /// <summary>
    /// Whose task a caller may see and act on besides its own: the owner of the task of an id, when the caller is one for whom it was made.
    /// <see langword="null"/>, and the default, is nobody's: to the caller there is no such task.
    /// </summary>
    public Func<HttpContext, string, string?>? FindDelegatingOwner { get; set; }

    /// <summary>
    /// Refuses a message before anything is made of it, by throwing <see cref="A2AException"/>: <see cref="A2AErrorCode.Forbidden"/> where the
    /// caller may not ask for this. The task is the one that the message continues, with its history; <see langword="null"/> where it begins one.
    /// </summary>
    public Func<HttpContext, SendMessageRequest, AgentTask?, ValueTask>? Authorize { get; set; }

    /// <summary>Hears of each task that a request made, by its id, before anybody works on it.</summary>
    public Action<HttpContext, string>? OnTaskMade { get; set; }

    /// <summary>Hears of each request that is refused, before the caller does. What it throws replaces the answer.</summary>
    public Func<HttpContext, A2AException, ValueTask>? OnRefused { get; set; }

    /// <summary>Signs the card that is served; asked on every request, so that a new key takes effect. <see langword="null"/> serves it unsigned.</summary>
    public Func<AgentCardSigner>? CardSigner { get; set; }

    /// <summary>How long others may keep the card. Default 5 minutes.</summary>
    public TimeSpan CardMaxAge { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>The extended card for a caller (A2A §3.1.11), needed when the card's capabilities announce one.</summary>
    public Func<HttpContext, CancellationToken, ValueTask<AgentCard?>>? ExtendedCard { get; set; }

    /// <summary>Takes from a request what the executor needs after the request is over; handed on as <see cref="AgentTaskContext.State"/>.</summary>
    public Func<HttpContext, object?>? CaptureState { get; set; }

    /// <summary>The largest request body. Default 4 MiB.</summary>
    public int MaxRequestBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>How many tasks may be worked on at a time; a message that needs one more is refused. Default 10,000.</summary>
    public int MaxLiveTasks { get; set; } = 10_000;

    /// <summary>How many of them may be one owner's. Default 2,500: a quarter.</summary>
    public int MaxLiveTasksPerOwner { get; set; } = 2_500;

    /// <summary>
    /// How many tasks are kept for one owner. Where one more does not fit, its oldest ended ones are deleted before <see cref="Retention"/> is over, and where
    /// too many have not ended it is refused. Default 10,000.
    /// </summary>
    public int MaxTasksPerOwner { get; set; } = 10_000;

    /// <summary>How many bytes are kept for one owner, about, in the same way. Default 64 MiB.</summary>
    public long MaxBytesPerOwner { get; set; } = 64 * 1024 * 1024;

    /// <summary>How many events a stream's reader may be behind before the agent waits for it. Default 256.</summary>
    public int StreamWindow { get; set; } = 256;

    /// <summary>How many bytes of events a stream's reader may be behind. Default 1 MiB.</summary>
    public int StreamWindowBytes { get; set; } = 1024 * 1024;

    /// <summary>How long the agent waits for a reader that is behind before its stream is ended with an error. Default 10 seconds.</summary>
    public TimeSpan SlowReaderTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How often a silent stream carries a comment, so that a dead connection is noticed. Default 15 seconds.</summary>
    public TimeSpan KeepAlive { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long tasks are kept after they end. <see langword="null"/> keeps them. Default 7 days.</summary>
    public TimeSpan? Retention { get; set; } = TimeSpan.FromDays(7);

    /// <summary>
    /// How long a task waits for its client or for an authorization before it is failed, after which <see cref="Retention"/> counts. <see langword="null"/>
    /// lets it wait for ever. Default 7 days.
    /// </summary>
    public TimeSpan? InterruptedRetention { get; set; } = TimeSpan.FromDays(7);

    /// <summary>
    /// Whether tasks that are submitted, working or waiting for an authorization in the store when the server starts are failed: nobody works on them
    /// any more. Off when several processes share a store. Default on.
    /// </summary>
    public bool FailUnfinishedTasksOnStart { get; set; } = true;

    /// <summary>Push notifications.</summary>
    public PushNotificationOptions Push { get; } = new();

    internal void Validate()
    {
        if (Card is null)
            throw new InvalidOperationException("A2AServerOptions.Card is not set: an A2A server needs the agent's card.");
        if (Owner is null)
            throw new InvalidOperationException("A2AServerOptions.Owner is not set: say who is behind a request, or nobody's tasks can be kept apart.");
        Positive(MaxRequestBytes, nameof(MaxRequestBytes));
        Positive(MaxLiveTasks, nameof(MaxLiveTasks));
        Positive(MaxLiveTasksPerOwner, nameof(MaxLiveTasksPerOwner));
        Positive(MaxTasksPerOwner, nameof(MaxTasksPerOwner));
        Positive(MaxBytesPerOwner, nameof(MaxBytesPerOwner));
        Positive(StreamWindow, nameof(StreamWindow));
        Positive(StreamWindowBytes, nameof(StreamWindowBytes));
        Positive(Retention, nameof(Retention));
        Positive(InterruptedRetention, nameof(InterruptedRetention));
        Positive(Push.Attempts, "Push.Attempts");
        Positive(Push.MaxConfigsPerTask, "Push.MaxConfigsPerTask");
    }

    private static void Positive(TimeSpan? value, string name)
    {
        if (value <= TimeSpan.Zero)
            throw new InvalidOperationException($"A2AServerOptions.{name} is {value}; it must be positive.");
    }

    private static void Positive(long value, string name)
    {
        if (value <= 0)
            throw new InvalidOperationException($"A2AServerOptions.{name} is {value}; it must be positive.");
    }
}
