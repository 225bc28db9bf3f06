using System.Diagnostics;
using AgentMesh.Auth;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AgentMesh.Agents.Trader;

internal static class OrderEndpoints
{
    public static async Task<Results<Ok<DraftOrder>, ProblemHttpResult>> Draft(DraftRequest request, OrderDesk desk, CancellationToken cancellationToken)
    {
        try
        {
            return TypedResults.Ok(await desk.DraftAsync(request, cancellationToken));
        }
        catch (OrderException e)
        {
            return TypedResults.Problem(e.Message, statusCode: StatusCodes.Status400BadRequest, title: "No order can be drafted");
        }
    }

    /// <summary>Refuses: an order takes a person's approval, bound to the order, and nothing here can have one yet.</summary>
    public static async Task<ProblemHttpResult> Execute(IAuditLog audit, MeshIdentity identity, TimeProvider time, CancellationToken cancellationToken)
    {
        var served = DelegationContext.Current;
        await audit.WriteAsync(
            new AuditEvent
            {
                Kind = "decision",
                Time = time.GetUtcNow(),
                Party = identity.Id.ToString(),
                Caller = served?.Caller,
                Subject = served?.Subject,
                Actors = served?.ActorChain,
                Callee = identity.Id.ToString(),
                Action = "place order",
                Scopes = served?.Scopes,
                Decision = "deny",
                Reason = ApprovalRequired,
                TransactionId = served?.TransactionId,
                TraceId = Activity.Current?.TraceId.ToHexString(),
                SpanId = Activity.Current?.SpanId.ToHexString(),
                PolicyVersion = identity.Manifest.Version,
            },
            cancellationToken);
        return TypedResults.Problem(
            "Placing an order takes a person's approval of exactly that order, and this request carries none.",
            statusCode: StatusCodes.Status403Forbidden,
            title: "Approval required",
            extensions: new Dictionary<string, object?> { ["reason"] = ApprovalRequired });
    }

    private const string ApprovalRequired = "approval_required";
}
