using System.Security.Cryptography;
using AgentMesh.Agents.Trader.Ledger;
using AgentMesh.Auth;

namespace AgentMesh.Agents.Trader.Placing;

/// <summary>Turns a wish into an order that could be placed now, for a person to approve.</summary>
internal sealed class OrderProposer(PaperLedger ledger, MarketDataClient marketData, MeshIdentity identity)
{
    /// <exception cref="OrderRefusedException">It could not be placed.</exception>
    public async Task<OrderProposal> ProposeAsync(ProposalRequest request, CancellationToken cancellationToken)
    {
        var symbol = request.Symbol?.ToUpperInvariant() ?? "";
        var side = request.Side ?? throw OrderRefusedException.Invalid("Give side: buy or sell.");
        OrderRules.Check(symbol, side, request.Quantity, request.LimitPrice);
        if (request.Account is null || ledger.Find(request.Account) is not { } account)
            throw OrderRefusedException.UnknownAccount(ledger.Accounts());
        var last = await marketData.GetLastPriceAsync(symbol, cancellationToken);
        var limit = request.LimitPrice ?? decimal.Round(last.Price, Instrument.Digits);
        account.RequireFor(side, symbol, request.Quantity, limit * request.Quantity);
        var order = new Order($"ord-{RandomNumberGenerator.GetHexString(16, lowercase: true)}", account.Account, side, symbol, request.Quantity, limit, account.Currency);
        return OrderProposal.Of(order, last, identity);
    }
}
