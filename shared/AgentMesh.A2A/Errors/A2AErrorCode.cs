namespace AgentMesh.A2A;

/// <summary>What can go wrong, by JSON-RPC code (A2A §5.4 and §9.5).</summary>
public enum A2AErrorCode
{
    /// <summary>The body is not JSON.</summary>
    ParseError = -32700,

    /// <summary>The body is JSON but no request.</summary>
    InvalidRequest = -32600,

    /// <summary>There is no such operation.</summary>
    MethodNotFound = -32601,

    /// <summary>A parameter is missing or wrong; <see cref="A2AException.Violations"/> says which.</summary>
    InvalidParams = -32602,

    /// <summary>The server failed.</summary>
    InternalError = -32603,

    /// <summary>There is no such task for this caller.</summary>
    TaskNotFound = -32001,

    /// <summary>The task has ended.</summary>
    TaskNotCancelable = -32002,

    /// <summary>The agent does not push.</summary>
    PushNotificationNotSupported = -32003,

    /// <summary>The agent does not do this, or not in the task's state.</summary>
    UnsupportedOperation = -32004,

    /// <summary>The agent does not take a media type of the request.</summary>
    ContentTypeNotSupported = -32005,

    /// <summary>The agent answered something that the protocol does not allow.</summary>
    InvalidAgentResponse = -32006,

    /// <summary>The agent announces an extended card and has none.</summary>
    ExtendedAgentCardNotConfigured = -32007,

    /// <summary>The client does not declare an extension that the agent requires.</summary>
    ExtensionSupportRequired = -32008,

    /// <summary>The agent does not speak this version of the protocol.</summary>
    VersionNotSupported = -32009,

    /// <summary>The caller may not ask for this. Not the protocol's: from JSON-RPC's range for servers.</summary>
    Forbidden = -32097,

    /// <summary>The host knows no party behind the request. Not the protocol's: from JSON-RPC's range for servers.</summary>
    Unauthenticated = -32098,

    /// <summary>The server has as much to do as it may have. Not the protocol's: from JSON-RPC's range for servers.</summary>
    Overloaded = -32099,
}
