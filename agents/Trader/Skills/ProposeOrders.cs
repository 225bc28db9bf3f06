using AgentMesh.A2A;
using AgentMesh.A2A.Mesh;
using AgentMesh.Agents.Trader.Placing;
using AgentMesh.Auth;

namespace AgentMesh.Agents.Trader.Skills;

[Skill("propose-order", "trade.propose",
    Name = "Propose an order",
    Description = "Turns a wish into an order that could be placed now, with the authorization_details (RFC 9396) in which a person is to approve it. Takes {\"account\",\"side\":\"buy\"|\"sell\",\"symbol\",\"quantity\",\"limitPrice\"}.",
    Tags = ["order"])]
internal sealed class ProposeOrders(OrderProposer proposer) : SkillHandler<ProposalRequest, OrderProposal>
{
    protected override async Task<OrderProposal> RunAsync(ProposalRequest request, AgentTaskContext task, CancellationToken cancellationToken)
    {
        try
        {
            return await proposer.ProposeAsync(request, cancellationToken);
        }
        catch (OrderRefusedException refused)
        {
            throw refused.ToSkillException(DelegationContext.Current);
        }
    }

    protected override string InWords(OrderProposal result) => result.Summary;
}
