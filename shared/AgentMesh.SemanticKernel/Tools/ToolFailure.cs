namespace AgentMesh.SemanticKernel.Tools;

/// <summary>What a model is given in place of a result when its function did not run or failed.</summary>
/// <param name="Error">A stable code, such as <c>insufficient_scope</c>.</param>
/// <param name="Detail">One sentence for the model and its user, without internals.</param>
public sealed record ToolFailure(string Error, string Detail);

/// <summary>On an exception: its message and reason may be told to a model. Of every other exception a model learns only that the function failed.</summary>
public interface IToolFailure
{
    /// <summary>A stable code.</summary>
    string Reason { get; }

    /// <summary>One sentence without internals.</summary>
    string Message { get; }
}
