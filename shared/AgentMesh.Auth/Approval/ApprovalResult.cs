using System.Diagnostics.CodeAnalysis;

namespace AgentMesh.Auth;

/// <summary>What was hoped for, or why not: that a person says no is a value, as every failure of the protocol is.</summary>
/// <typeparam name="T"><see cref="PendingApproval"/> or <see cref="ApprovedAction"/>.</typeparam>
public readonly record struct ApprovalResult<T> where T : class
{
    internal ApprovalResult(T value) => Value = value;

    internal ApprovalResult(TokenError error) => Error = error;

    /// <summary>The same failure of the next step, which cannot be taken.</summary>
    /// <typeparam name="TNext">What the next step gives.</typeparam>
    /// <exception cref="InvalidOperationException">It is none.</exception>
    public ApprovalResult<TNext> FailedAs<TNext>() where TNext : class => new(Error ?? throw new InvalidOperationException("There is a result."));

    /// <summary>The result; null when <see cref="Error"/> says why there is none.</summary>
    public T? Value { get; }

    /// <summary>Why there is none; null when there is one.</summary>
    public TokenError? Error { get; }

    /// <summary>Whether there is a result.</summary>
    [MemberNotNullWhen(true, nameof(Value))]
    [MemberNotNullWhen(false, nameof(Error))]
    public bool Succeeded => Value is not null;

    /// <summary>The outcome without any credential.</summary>
    /// <returns>A line for logs.</returns>
    public override string ToString() => Error is { } error ? $"{error.Code}: {error.Description}" : Value?.ToString() ?? "nothing";
}
