using System.Text.Json;
using AgentMesh.A2A;
using AgentMesh.A2A.Mesh;
using AgentMesh.Agents.Trader.Placing;
using AgentMesh.Auth;

namespace AgentMesh.Agents.Trader.Skills;

[Skill("place-order", "trade.execute",
    Name = "Place an order",
    Description = "Places a proposed order in the ledger, if it is exactly what was approved. Takes the order of a proposal, complete.",
    Tags = ["order"])]
internal sealed class PlaceOrders(OrderExecution execution) : SkillHandler<Order, ExecutedOrder>
{
    protected override async Task<ExecutedOrder> RunAsync(Order request, AgentTaskContext task, CancellationToken cancellationToken)
    {
        try
        {
            return await execution.ExecuteAsync(request, DelegationContext.Current, cancellationToken);
        }
        catch (OrderRefusedException refused)
        {
            throw refused.ToSkillException(DelegationContext.Current);
        }
    }

    // All members, and no others: what is compared with what was approved is what was sent.
    protected override Order Read(Message message)
    {
        const string Complete = "An order has orderId, account, side, symbol, quantity, limitPrice and currency.";
        try
        {
            return message.Parts.FirstOrDefault(part => part.Data is not null)?.Data?.Deserialize(OrderJson.Default.Order)
                ?? throw SkillException.BadRequest($"The message has no data part with an order. {Complete}");
        }
        catch (JsonException e)
        {
            throw SkillException.BadRequest($"The message's data part is not an order: see {e.Path ?? "$"}. {Complete}");
        }
    }
}
