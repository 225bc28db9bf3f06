namespace AgentMesh.A2A;

/// <summary>Where updates of a task are pushed to (A2A §4.3.1).</summary>
public sealed record TaskPushNotificationConfig
{
    /// <summary>The tenant, if the interface names one.</summary>
    public string? Tenant { get; init; }

    /// <summary>Unique within the task; made by the server when absent.</summary>
    public string? Id { get; init; }

    /// <summary>The task.</summary>
    public string? TaskId { get; init; }

    /// <summary>The webhook. Required; https unless the server allows more.</summary>
    public string Url { get; init => field = value ?? ""; } = "";

    /// <summary>Returned to the webhook in <c>X-A2A-Notification-Token</c>, so that it can tell whose notification it is. A secret.</summary>
    public string? Token { get; init; }

    /// <summary>The credentials to present to the webhook. A secret.</summary>
    public AuthenticationInfo? Authentication { get; init; }

    /// <summary>Names the webhook and nothing that is secret.</summary>
    public override string ToString() => $"TaskPushNotificationConfig {{ Id = {Id}, TaskId = {TaskId}, Url = {Url} }}";
}

/// <summary>Credentials for a webhook (A2A §4.3.2).</summary>
public sealed record AuthenticationInfo
{
    /// <summary>An HTTP authentication scheme: <c>Bearer</c>, <c>Basic</c> … Required.</summary>
    public string Scheme { get; init => field = value ?? ""; } = "";

    /// <summary>What follows the scheme in the <c>Authorization</c> header.</summary>
    public string? Credentials { get; init; }

    /// <summary>Names the scheme only.</summary>
    public override string ToString() => $"AuthenticationInfo {{ Scheme = {Scheme} }}";
}

/// <summary>Parameters of <c>GetTaskPushNotificationConfig</c> (A2A §3.1.8).</summary>
public sealed record GetTaskPushNotificationConfigRequest
{
    /// <summary>The tenant, if the interface names one.</summary>
    public string? Tenant { get; init; }

    /// <summary>The task. Required.</summary>
    public string TaskId { get; init => field = value ?? ""; } = "";

    /// <summary>The configuration. Required.</summary>
    public string Id { get; init => field = value ?? ""; } = "";
}

/// <summary>Parameters of <c>ListTaskPushNotificationConfigs</c> (A2A §3.1.9).</summary>
public sealed record ListTaskPushNotificationConfigsRequest
{
    /// <summary>The tenant, if the interface names one.</summary>
    public string? Tenant { get; init; }

    /// <summary>The task. Required.</summary>
    public string TaskId { get; init => field = value ?? ""; } = "";

    /// <summary>Accepted and not needed: a task has few configurations and all are returned.</summary>
    public int? PageSize { get; init; }

    /// <summary>Accepted and not needed.</summary>
    public string? PageToken { get; init; }
}

/// <summary>The push notification configurations of a task (A2A §3.1.9).</summary>
public sealed record ListTaskPushNotificationConfigsResponse
{
    /// <summary>The configurations.</summary>
    public IReadOnlyList<TaskPushNotificationConfig> Configs { get; init => field = value ?? []; } = [];

    /// <summary>Empty: there is one page.</summary>
    public string NextPageToken { get; init => field = value ?? ""; } = "";
}

/// <summary>Parameters of <c>DeleteTaskPushNotificationConfig</c> (A2A §3.1.10).</summary>
public sealed record DeleteTaskPushNotificationConfigRequest
{
    /// <summary>The tenant, if the interface names one.</summary>
    public string? Tenant { get; init; }

    /// <summary>The task. Required.</summary>
    public string TaskId { get; init => field = value ?? ""; } = "";

    /// <summary>The configuration. Required.</summary>
    public string Id { get; init => field = value ?? ""; } = "";
}

/// <summary>Parameters of <c>GetExtendedAgentCard</c> (A2A §3.1.11).</summary>
public sealed record GetExtendedAgentCardRequest
{
    /// <summary>The tenant, if the interface names one.</summary>
    public string? Tenant { get; init; }
}
