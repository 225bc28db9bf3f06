namespace AgentMesh.A2A;

/// <summary>
/// An error of the protocol. A server turns it into its binding's error; a client throws it for an error that it was sent.
/// Its message is for the other party: it never carries anything secret.
/// </summary>
public sealed class A2AException : Exception
{
    /// <summary>An error with the standard's short message.</summary>
    public A2AException(A2AErrorCode code) : this(code, code.DefaultMessage())
    {
    }

    /// <summary>An error that says more.</summary>
    public A2AException(A2AErrorCode code, string message, Exception? innerException = null) : base(message, innerException) => Code = code;

    /// <summary>What went wrong.</summary>
    public A2AErrorCode Code { get; }

    /// <summary>The parameters that are missing or wrong (<c>google.rpc.BadRequest</c>).</summary>
    public IReadOnlyList<FieldViolation> Violations { get; init; } = [];

    /// <summary>More about the error, without secrets (<c>google.rpc.ErrorInfo</c>).</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>The status of the HTTP response that carried the error, on a client.</summary>
    public int? HttpStatus { get; init; }

    /// <summary><see cref="A2AErrorCode.InvalidParams"/> because of one field.</summary>
    public static A2AException Invalid(string field, string description) => Invalid([new(field, description)]);

    internal static A2AException Invalid(IReadOnlyList<FieldViolation> violations) =>
        new(A2AErrorCode.InvalidParams, $"Invalid parameters: {string.Join(" ", violations.Select(each => $"{each.Field}: {each.Description}"))}")
        {
            Violations = violations,
        };
}

/// <summary>A parameter that is missing or wrong.</summary>
/// <param name="Field">Its path in the request: <c>message.parts</c>.</param>
/// <param name="Description">What is wrong with it.</param>
public sealed record FieldViolation(string Field, string Description);
