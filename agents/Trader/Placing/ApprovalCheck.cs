using AgentMesh.Auth;

namespace AgentMesh.Agents.Trader.Placing;

/// <summary>
/// Nothing is executed but exactly what a person approved: the token of this request carries the order (RFC 9396), and each member is compared. That the
/// token was issued by the mesh, for this agent and this caller, has been checked before.
/// </summary>
internal static class ApprovalCheck
{
    /// <returns>What names the approval, by which it is used up.</returns>
    /// <exception cref="OrderRefusedException">This order was not approved.</exception>
    public static string Require(Order order, DelegationContext? served)
    {
        if (served is not { TokenId: { } approvalId } || served.Approved.Count == 0)
            throw OrderRefusedException.NotApproved("approval_required", "Placing an order takes a person's approval of exactly that order, and this request carries none.");
        var comparison = served.Approved.Compare(Order.Type, order, OrderJson.Default.Order);
        if (comparison.Differences is not { } differences)
            throw OrderRefusedException.NotApproved("order_not_approved", "What this request carries approves no order.");
        return comparison.IsApproved
            ? approvalId
            : throw OrderRefusedException.NotApproved($"{Snake(differences[0])}_not_approved", $"The order is not the one that was approved. Different: {string.Join(", ", differences.Select(Known))}.");
    }

    // Members that only the approved one has are named by whoever wrote it.
    private static string Known(string member) => Snake(member) == "member" ? "another member" : member;

    private static string Snake(string member) => member switch
    {
        "orderId" => "order_id",
        "limitPrice" => "limit_price",
        "account" or "side" or "symbol" or "quantity" or "currency" => member,
        _ => "member",
    };
}
