using System.Text.Json.Serialization;

namespace AgentMesh.A2A;

/// <summary>The state of a task (A2A §4.1.3). Numbers are those of the protocol's schema.</summary>
public enum TaskState
{
    /// <summary>Not given.</summary>
    [JsonStringEnumMemberName("TASK_STATE_UNSPECIFIED")] Unspecified = 0,

    /// <summary>Accepted, not begun.</summary>
    [JsonStringEnumMemberName("TASK_STATE_SUBMITTED")] Submitted = 1,

    /// <summary>Being worked on.</summary>
    [JsonStringEnumMemberName("TASK_STATE_WORKING")] Working = 2,

    /// <summary>Done. Terminal.</summary>
    [JsonStringEnumMemberName("TASK_STATE_COMPLETED")] Completed = 3,

    /// <summary>Ended by an error. Terminal.</summary>
    [JsonStringEnumMemberName("TASK_STATE_FAILED")] Failed = 4,

    /// <summary>Ended by <c>CancelTask</c>. Terminal.</summary>
    [JsonStringEnumMemberName("TASK_STATE_CANCELED")] Canceled = 5,

    /// <summary>Waits for a message from the client. Interrupted.</summary>
    [JsonStringEnumMemberName("TASK_STATE_INPUT_REQUIRED")] InputRequired = 6,

    /// <summary>The agent will not do it. Terminal.</summary>
    [JsonStringEnumMemberName("TASK_STATE_REJECTED")] Rejected = 7,

    /// <summary>Waits for an authorization that arrives out of band (A2A §7.6). Interrupted. The state itself authorizes nothing.</summary>
    [JsonStringEnumMemberName("TASK_STATE_AUTH_REQUIRED")] AuthRequired = 8,
}

/// <summary>What the states mean for a task's life.</summary>
public static class TaskStates
{
    /// <summary>Whether nothing can follow: completed, failed, canceled or rejected.</summary>
    public static bool IsTerminal(this TaskState state) =>
        state is TaskState.Completed or TaskState.Failed or TaskState.Canceled or TaskState.Rejected;

    /// <summary>Whether the task waits for the client or for an authorization.</summary>
    public static bool IsInterrupted(this TaskState state) => state is TaskState.InputRequired or TaskState.AuthRequired;
}
