using AgentMesh.A2A;
using AgentMesh.A2A.Mesh;

namespace AgentMesh.Agents.Trader.Skills;

[Skill("draft-order", "trade.propose",
    Name = "Draft an order",
    Description = "Drafts what to buy and sell so that a portfolio's risk is spread, or one symbol bought or sold, and has it scored before and after. Nothing is ordered. Takes {\"portfolio\":{\"holdings\":[{\"symbol\",\"weight\"}]},\"intent\":{\"action\":\"rebalance\"|\"buy\"|\"sell\",\"symbol\",\"weight\"}}.",
    Tags = ["order", "portfolio"])]
internal sealed class DraftOrders(OrderDesk desk) : SkillHandler<DraftRequest, DraftOrder>
{
    protected override async Task<DraftOrder> RunAsync(DraftRequest request, AgentTaskContext task, CancellationToken cancellationToken)
    {
        await task.ProgressAsync(0.1, "having the portfolio scored before and after");
        try
        {
            return await desk.DraftAsync(request, cancellationToken);
        }
        catch (OrderException e)
        {
            throw SkillException.BadRequest(e.Message);
        }
    }
}
