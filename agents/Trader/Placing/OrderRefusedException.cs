using System.Globalization;
using AgentMesh.A2A.Mesh;
using AgentMesh.Agents.Trader.Ledger;
using AgentMesh.Auth;

namespace AgentMesh.Agents.Trader.Placing;

/// <summary>An order is not proposed or not executed, for a reason that is fit for the caller.</summary>
internal sealed class OrderRefusedException : Exception
{
    private const string MayRead = "account.read";

    private readonly string? _account;

    private OrderRefusedException(string reason, string message, string? account = null) : base(message) => (Reason, _account) = (reason, account);

    /// <summary>A stable code.</summary>
    public string Reason { get; }

    /// <summary>For the caller: the task is rejected, and says why. What accounts there are and what they hold is told to those who may read that.</summary>
    public SkillException ToSkillException(DelegationContext? served) =>
        new(Reason, _account is { } account && served?.HasScope(MayRead) == true ? $"{Message} {account}" : Message, isCallersFault: true, this);

    public static OrderRefusedException NotApproved(string reason, string message) => new(reason, message);

    public static OrderRefusedException Used() => NotApproved("approval_used", "What was approved has been done already: an approval is good for one execution.");

    public static OrderRefusedException Invalid(string message) => new("order_invalid", message);

    public static OrderRefusedException UnknownAccount(IReadOnlyList<string> known) =>
        new("account_unknown", "There is no such account.", $"Known accounts: {string.Join(", ", known)}.");

    public static OrderRefusedException InsufficientCash(Statement account, decimal needed) => new("insufficient_cash",
        string.Create(CultureInfo.InvariantCulture, $"The order takes {needed:0.00##} {account.Currency}, more than the account has."),
        string.Create(CultureInfo.InvariantCulture, $"It has {account.Cash:0.00##}."));

    public static OrderRefusedException InsufficientPosition(Statement account, string symbol, long held, long needed) => new("insufficient_position",
        string.Create(CultureInfo.InvariantCulture, $"The order takes {needed} {symbol}, more than the account {account.Account} has."),
        string.Create(CultureInfo.InvariantCulture, $"It has {held}."));

    public static OrderRefusedException LimitNotReached(Order order, decimal price) => new("limit_not_reached",
        string.Create(CultureInfo.InvariantCulture, $"{order.Symbol} costs {price:0.00##} {order.Currency} now, which is beyond the limit of {order.LimitPrice:0.00##}."));
}
