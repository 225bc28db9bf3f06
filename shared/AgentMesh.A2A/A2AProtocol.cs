namespace AgentMesh.A2A;

/// <summary>Names that the protocol gives to things.</summary>
public static class A2AProtocol
{
    /// <summary>The version that this library speaks.</summary>
    public const string Version = "1.0";

    /// <summary>The JSON-RPC binding (A2A §9) as cards name it.</summary>
    public const string JsonRpc = "JSONRPC";

    /// <summary>The HTTP+JSON binding (A2A §11) as cards name it.</summary>
    public const string HttpJson = "HTTP+JSON";

    /// <summary>Where an agent's card is (A2A §14.3).</summary>
    public const string AgentCardPath = "/.well-known/agent-card.json";
}

/// <summary>Headers of the protocol (A2A §14.2).</summary>
internal static class A2AHeaders
{
    public const string Version = "A2A-Version";
    public const string Extensions = "A2A-Extensions";
    public const string NotificationToken = "X-A2A-Notification-Token";
}

internal static class A2AMediaTypes
{
    public const string Json = "application/json";
    public const string A2AJson = "application/a2a+json";
    public const string EventStream = "text/event-stream";
}
