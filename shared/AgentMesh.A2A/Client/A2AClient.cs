using AgentMesh.A2A.Internal;

namespace AgentMesh.A2A;

/// <summary>
/// Talks to an agent over the binding that its card offers. Authentication, addresses and retries are the business of the
/// <see cref="HttpClient"/> it is given; sends are not idempotent, so let nothing retry a POST.
/// </summary>
/// <remarks>
/// Errors of the protocol are <see cref="A2AException"/>; a connection that fails is <see cref="HttpRequestException"/>. The
/// <see cref="HttpClient"/>'s timeout does not cut streams, which end with the task or with the caller's cancellation.
/// </remarks>
public sealed class A2AClient
{
    private readonly IClientBinding _binding;

    /// <summary>Makes a client. Verify the card before: the client believes it.</summary>
    /// <param name="http">Where requests go through; not disposed of.</param>
    /// <param name="card">The agent's card.</param>
    /// <param name="options">Settings.</param>
    /// <exception cref="A2AException">
    /// <see cref="A2AErrorCode.VersionNotSupported"/>: the card offers no interface that this library speaks.
    /// </exception>
    public A2AClient(HttpClient http, AgentCard card, A2AClientOptions? options = null)
    {
        options ??= new();
        Card = card;
        Interface = Choose(card, options.PreferredBindings);
        var transport = new ClientTransport(http, options);
        _binding = Interface.ProtocolBinding == A2AProtocol.JsonRpc
            ? new JsonRpcClientBinding(transport, Interface.Url)
            : new RestClientBinding(transport, Interface.Url);
    }

    /// <summary>The card that the client was made with.</summary>
    public AgentCard Card { get; }

    /// <summary>The interface that the client uses.</summary>
    public AgentInterface Interface { get; }

    private string? Tenant => string.IsNullOrEmpty(Interface.Tenant) ? null : Interface.Tenant;

    /// <summary>Sends a message (A2A §3.1.1). Waits for the task to end or be interrupted unless the configuration says otherwise.</summary>
    public async Task<SendMessageResponse> SendMessageAsync(SendMessageRequest request, CancellationToken cancellationToken = default)
    {
        var response = await _binding.InvokeAsync(ClientOperations.Send, request with { Tenant = Tenant }, cancellationToken).ConfigureAwait(false);
        return response is { Task: null } == response is { Message: null }
            ? throw new A2AException(A2AErrorCode.InvalidAgentResponse, "The agent answered with neither a task nor a message, or with both.")
            : response;
    }

    /// <summary>Sends a message and follows what comes of it (A2A §3.1.2).</summary>
    public IAsyncEnumerable<StreamResponse> SendStreamingMessageAsync(SendMessageRequest request, CancellationToken cancellationToken = default) =>
        _binding.StreamAsync(ClientOperations.Stream, request with { Tenant = Tenant }, cancellationToken);

    /// <summary>Follows a task: first the task as it is, then what happens (A2A §3.1.6).</summary>
    public IAsyncEnumerable<StreamResponse> SubscribeToTaskAsync(string taskId, CancellationToken cancellationToken = default) =>
        _binding.StreamAsync(ClientOperations.Subscribe, new() { Tenant = Tenant, Id = taskId }, cancellationToken);

    /// <summary>A task (A2A §3.1.3).</summary>
    public Task<AgentTask> GetTaskAsync(string taskId, int? historyLength = null, CancellationToken cancellationToken = default) =>
        _binding.InvokeAsync(ClientOperations.Get, new() { Tenant = Tenant, Id = taskId, HistoryLength = historyLength }, cancellationToken);

    /// <summary>A page of the caller's tasks (A2A §3.1.4).</summary>
    public Task<ListTasksResponse> ListTasksAsync(ListTasksRequest request, CancellationToken cancellationToken = default) =>
        _binding.InvokeAsync(ClientOperations.List, request with { Tenant = Tenant }, cancellationToken);

    /// <summary>Cancels a task (A2A §3.1.5).</summary>
    public Task<AgentTask> CancelTaskAsync(string taskId, CancellationToken cancellationToken = default) =>
        _binding.InvokeAsync(ClientOperations.Cancel, new() { Tenant = Tenant, Id = taskId }, cancellationToken);

    /// <summary>Adds or replaces a webhook of a task (A2A §3.1.7).</summary>
    public Task<TaskPushNotificationConfig> CreatePushConfigAsync(TaskPushNotificationConfig config, CancellationToken cancellationToken = default) =>
        _binding.InvokeAsync(ClientOperations.CreatePush, config with { Tenant = Tenant }, cancellationToken);

    /// <summary>A webhook of a task (A2A §3.1.8).</summary>
    public Task<TaskPushNotificationConfig> GetPushConfigAsync(string taskId, string configId, CancellationToken cancellationToken = default) =>
        _binding.InvokeAsync(ClientOperations.GetPush, new() { Tenant = Tenant, TaskId = taskId, Id = configId }, cancellationToken);

    /// <summary>The webhooks of a task (A2A §3.1.9).</summary>
    public Task<ListTaskPushNotificationConfigsResponse> ListPushConfigsAsync(string taskId, CancellationToken cancellationToken = default) =>
        _binding.InvokeAsync(ClientOperations.ListPush, new() { Tenant = Tenant, TaskId = taskId }, cancellationToken);

    /// <summary>Removes a webhook of a task (A2A §3.1.10).</summary>
    public Task DeletePushConfigAsync(string taskId, string configId, CancellationToken cancellationToken = default) =>
        _binding.InvokeAsync(ClientOperations.DeletePush, new() { Tenant = Tenant, TaskId = taskId, Id = configId }, cancellationToken);

    /// <summary>The card for callers that have authenticated (A2A §3.1.11).</summary>
    public Task<AgentCard> GetExtendedAgentCardAsync(CancellationToken cancellationToken = default) =>
        _binding.InvokeAsync(ClientOperations.ExtendedCard, new() { Tenant = Tenant }, cancellationToken);

    private static AgentInterface Choose(AgentCard card, IReadOnlyList<string> preferred)
    {
        var spoken = card.SupportedInterfaces.Where(IsSpoken).ToList();
        foreach (var binding in preferred)
            if (spoken.Find(each => each.ProtocolBinding == binding) is { } wanted)
                return wanted;
        return spoken.FirstOrDefault() ?? throw new A2AException(A2AErrorCode.VersionNotSupported,
            $"{card.Name} offers no interface of A2A {A2AProtocol.Version} over {A2AProtocol.JsonRpc} or {A2AProtocol.HttpJson}.");
    }

    private static bool IsSpoken(AgentInterface each) =>
        each.ProtocolBinding is A2AProtocol.JsonRpc or A2AProtocol.HttpJson
        && (each.ProtocolVersion == A2AProtocol.Version || each.ProtocolVersion.StartsWith(A2AProtocol.Version + ".", StringComparison.Ordinal))
        && Uri.TryCreate(each.Url, UriKind.Absolute, out var url)
        && (url.Scheme == Uri.UriSchemeHttps || url.Scheme == Uri.UriSchemeHttp);
}
