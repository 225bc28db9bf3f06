using System.Collections.Concurrent;
using System.ComponentModel;
using AgentMesh.A2A.Mesh;
using AgentMesh.Auth;
using AgentMesh.SemanticKernel;
using AgentMesh.ServiceDefaults.Callees;
using Microsoft.SemanticKernel;

namespace AgentMesh.Agents.Advisor;

/// <summary>
/// Orders while one question is answered: propose, ask a person, place. What a person is asked is what the Trader proposed, whatever the model says; what is
/// placed is what the model says, and whether that is what was approved is for the Trader to judge, who trusts neither of them.
/// </summary>
internal sealed class OrderTools(ProposalClient proposals, OrderClient orders, AccountClient accounts, SkillApprovals approvals)
{
    private const string AccountRead = "account.read";

    private readonly ConcurrentDictionary<string, OrderProposal> _proposed = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ApprovedAction> _approved = new(StringComparer.Ordinal);

    /// <summary>How far the newest order came; null when there was none.</summary>
    public OrderOutcome? Outcome { get; private set; }

    [KernelFunction("get_account")]
    [RequireScope(AccountRead)]
    [Description("Reads what an account owns: cash, money, positions.")]
    public async Task<StatementSummary> GetAccountAsync(
        [Description("The account's id.")] string account,
        CancellationToken cancellationToken) => StatementSummary.Of(await accounts.FindAsync(account, cancellationToken));

    [KernelFunction("propose_order")]
    [RequireScope("portfolio.advise")]
    [Description("Proposes to buy or to sell whole shares for an account, at a limit. Nothing is ordered yet.")]
    public async Task<ProposalSummary> ProposeOrderAsync(
        [Description("The account's id.")] string account,
        [Description("buy; sell")] OrderSide side,
        [Description("The symbol.")] string symbol,
        [Description("How many whole shares.")] long quantity,
        CancellationToken cancellationToken,
        [Description("The most that one share may cost, or the least that it must bring. None: the newest price.")] decimal? limitPrice = null)
    {
        OrderProposal proposal;
        try
        {
            proposal = await proposals.ProposeAsync(account, side, symbol, quantity, limitPrice, cancellationToken);
        }
        catch (CalleeException refused) when (refused.Reason is "insufficient_cash" or "insufficient_position" && DelegationContext.Current?.HasScope(AccountRead) == true)
        {
            throw new OrderToolException(refused.Reason, $"{refused.Message} {await HoldingsAsync(account, symbol, cancellationToken)}".TrimEnd());
        }
        _proposed[proposal.Order.OrderId] = proposal;
        Outcome = new("proposed", proposal.Order.OrderId, proposal.Summary);
        return ProposalSummary.Of(proposal);
    }

    [KernelFunction("ask_for_approval")]
    [RequireScope("portfolio.advise")]
    [Description("Asks a person to approve a proposed order as it was proposed, and waits for the answer, minutes if need be.")]
    public async Task<ApprovalSummary> AskForApprovalAsync(
        [Description("The proposed order.")] string orderId,
        CancellationToken cancellationToken)
    {
        if (!_proposed.TryGetValue(orderId, out var proposal))
            throw new OrderToolException("not_proposed", "No such order was proposed: propose it first.");
        var decided = await approvals.AskAsync(
            new ApprovalRequest
            {
                Callee = "trader",
                Scopes = ScopeSet.Of("trade.execute"),
                AuthorizationDetails = proposal.AuthorizationDetails,
                BindingMessage = proposal.Summary,
            },
            cancellationToken);
        if (!decided.Succeeded)
            throw NotApproved(proposal, decided.Error);
        var approvalId = $"approval-{_approved.Count + 1}";
        _approved[approvalId] = decided.Value;
        Outcome = new("approved", orderId, proposal.Summary);
        return new(approvalId, orderId, proposal.Summary);
    }

    [KernelFunction("place_order")]
    [RequireScope("portfolio.advise")]
    [Description("Places an order for real, to buy or to sell, after a person gave approval of exactly that order.")]
    public async Task<ExecutionSummary> PlaceOrderAsync(
        [Description("The approval.")] string approvalId,
        [Description("The proposed order.")] string orderId,
        [Description("The account's id.")] string account,
        [Description("buy; sell")] OrderSide side,
        [Description("The symbol.")] string symbol,
        [Description("How many whole shares.")] long quantity,
        [Description("The limit of the proposal.")] decimal limitPrice,
        [Description("The currency of the limit.")] string currency,
        CancellationToken cancellationToken)
    {
        // Without an approval there is no credential, and nothing is sent.
        _approved.TryGetValue(approvalId, out var approval);
        try
        {
            var executed = await orders.PlaceAsync(new Order(orderId, account, side, symbol, quantity, limitPrice, currency), approval, cancellationToken);
            Outcome = new("executed", orderId, Outcome?.Summary, LedgerTransaction: executed.LedgerTransaction);
            return ExecutionSummary.Of(executed);
        }
        catch (CalleeException refused)
        {
            Outcome = new("refused", orderId, Outcome?.Summary, refused.Reason, refused.Message);
            throw;
        }
    }

    /// <summary>What there is, in words. The Trader does not say it where an order is refused: that takes another scope.</summary>
    private async Task<string> HoldingsAsync(string account, string symbol, CancellationToken cancellationToken)
    {
        try
        {
            return StatementSummary.Of(await accounts.FindAsync(account, cancellationToken)).InWords(symbol);
        }
        catch (CalleeException)
        {
            return "";
        }
    }

    private OrderToolException NotApproved(OrderProposal proposal, TokenError error)
    {
        var status = error.Code switch
        {
            "access_denied" => "denied",
            "expired_token" => "expired",
            _ => "refused",
        };
        Outcome = new(status, proposal.Order.OrderId, proposal.Summary, error.Code, error.Description);
        return new(error.Code, $"Not approved, and nothing was ordered: {error.Description}");
    }
}
