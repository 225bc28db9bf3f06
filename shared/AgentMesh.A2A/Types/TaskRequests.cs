using System.Text.Json;

namespace AgentMesh.A2A;

/// <summary>Parameters of <c>GetTask</c> (A2A §3.1.3).</summary>
public sealed record GetTaskRequest
{
    /// <summary>The tenant, if the interface names one.</summary>
    public string? Tenant { get; init; }

    /// <summary>The task. Required.</summary>
    public string Id { get; init => field = value ?? ""; } = "";

    /// <summary>How many of the latest messages to return; 0 omits history, absent means all.</summary>
    public int? HistoryLength { get; init; }
}

/// <summary>Parameters of <c>ListTasks</c> (A2A §3.1.4). Newest first.</summary>
public sealed record ListTasksRequest
{
    /// <summary>The tenant, if the interface names one.</summary>
    public string? Tenant { get; init; }

    /// <summary>Only tasks of this conversation.</summary>
    public string? ContextId { get; init; }

    /// <summary>Only tasks in this state.</summary>
    public TaskState? Status { get; init; }

    /// <summary>Tasks a page, 1 to 100. Default 50.</summary>
    public int? PageSize { get; init; }

    /// <summary><see cref="ListTasksResponse.NextPageToken"/> of the page before.</summary>
    public string? PageToken { get; init; }

    /// <summary>How many of the latest messages of each task to return. Absent means all.</summary>
    public int? HistoryLength { get; init; }

    /// <summary>Only tasks whose status was reported at this time or later.</summary>
    public DateTimeOffset? StatusTimestampAfter { get; init; }

    /// <summary>Whether artifacts are returned. Default no.</summary>
    public bool? IncludeArtifacts { get; init; }
}

/// <summary>A page of tasks (A2A §3.1.4).</summary>
public sealed record ListTasksResponse
{
    /// <summary>The tasks, most recently updated first.</summary>
    public IReadOnlyList<AgentTask> Tasks { get; init => field = value ?? []; } = [];

    /// <summary>The cursor of the next page; empty on the last one. Always present.</summary>
    public string NextPageToken { get; init => field = value ?? ""; } = "";

    /// <summary>The page size that was used.</summary>
    public int PageSize { get; init; }

    /// <summary>How many tasks matched when the listing began.</summary>
    public int TotalSize { get; init; }
}

/// <summary>Parameters of <c>CancelTask</c> (A2A §3.1.5).</summary>
public sealed record CancelTaskRequest
{
    /// <summary>The tenant, if the interface names one.</summary>
    public string? Tenant { get; init; }

    /// <summary>The task. Required.</summary>
    public string Id { get; init => field = value ?? ""; } = "";

    /// <summary>Anything else about the request.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Metadata { get; init; }
}

/// <summary>Parameters of <c>SubscribeToTask</c> (A2A §3.1.6).</summary>
public sealed record SubscribeToTaskRequest
{
    /// <summary>The tenant, if the interface names one.</summary>
    public string? Tenant { get; init; }

    /// <summary>The task. Required.</summary>
    public string Id { get; init => field = value ?? ""; } = "";
}
