using System.Text.Json;
using AgentMesh.Agents.Trader.Ledger;
using AgentMesh.Agents.Trader.Placing;
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

    public static async Task<Results<Ok<OrderProposal>, ProblemHttpResult>> Propose(ProposalRequest request, OrderProposer proposer, CancellationToken cancellationToken)
    {
        try
        {
            return TypedResults.Ok(await proposer.ProposeAsync(request, cancellationToken));
        }
        catch (OrderRefusedException refused)
        {
            return Problem(refused, "No order can be proposed");
        }
    }

    public static async Task<Results<Ok<ExecutedOrder>, ProblemHttpResult>> Execute(JsonElement body, OrderExecution execution, CancellationToken cancellationToken)
    {
        try
        {
            var order = body.Deserialize(OrderJson.Default.Order) ?? throw new JsonException("The body is null.");
            return TypedResults.Ok(await execution.ExecuteAsync(order, DelegationContext.Current, cancellationToken));
        }
        catch (OrderRefusedException refused)
        {
            return Problem(refused, "The order is not executed");
        }
        catch (JsonException e)
        {
            return TypedResults.Problem($"The body is not an order: see {e.Path ?? "$"}. An order has orderId, account, side, symbol, quantity, limitPrice and currency.", statusCode: StatusCodes.Status400BadRequest, title: "The order is not executed");
        }
    }

    public static Results<Ok<Statement>, ProblemHttpResult> Account(string id, PaperLedger ledger) => ledger.Find(id) is { } account
        ? TypedResults.Ok(account)
        : TypedResults.Problem($"There is no such account. Known accounts: {string.Join(", ", ledger.Accounts())}.", statusCode: StatusCodes.Status404NotFound, title: "Unknown account");

    private static ProblemHttpResult Problem(OrderRefusedException refused, string title) => TypedResults.Problem(
        refused.Message, statusCode: refused.Status, title: title, extensions: new Dictionary<string, object?> { ["reason"] = refused.Reason });
}
