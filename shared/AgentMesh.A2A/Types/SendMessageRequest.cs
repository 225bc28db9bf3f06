using System.Text.Json;

namespace AgentMesh.A2A;

/// <summary>Parameters of <c>SendMessage</c> and <c>SendStreamingMessage</c> (A2A §3.2.1).</summary>
public sealed record SendMessageRequest
{
    /// <summary>The tenant that the interface in the card names, if it names one.</summary>
    public string? Tenant { get; init; }

    /// <summary>The message. Required.</summary>
    public Message? Message { get; init; }

    /// <summary>How to answer.</summary>
    public SendMessageConfiguration? Configuration { get; init; }

    /// <summary>Anything else about the request.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Metadata { get; init; }
}

/// <summary>How the client wants to be answered (A2A §3.2.2).</summary>
public sealed record SendMessageConfiguration
{
    /// <summary>Media types that the client can take.</summary>
    public IReadOnlyList<string>? AcceptedOutputModes { get; init; }

    /// <summary>Where to push updates of the task to.</summary>
    public TaskPushNotificationConfig? TaskPushNotificationConfig { get; init; }

    /// <summary>How many of the latest messages the answer carries; 0 omits history, absent means all.</summary>
    public int? HistoryLength { get; init; }

    /// <summary>Whether to answer at once instead of when the task ends or is interrupted. Default no.</summary>
    public bool? ReturnImmediately { get; init; }
}
