using AgentMesh.Agents.Trader.Placing;
using Microsoft.Data.Sqlite;

namespace AgentMesh.Agents.Trader.Ledger;

/// <summary>Accounts with cash and shares, and the transactions between them; on paper, but kept as if it were real.</summary>
internal sealed class PaperLedger(LedgerFile file, TimeProvider time)
{
    private const string Market = "(market)";
    private const string Owners = "(owners)";
    private const int ConstraintViolated = 19;

    /// <summary>Opens an account with cash, unless there is one.</summary>
    public void Open(string account, string currency, decimal cash)
    {
        using var connection = file.Connect();
        using var transaction = connection.BeginTransaction();
        foreach (var external in (ReadOnlySpan<string>)[Market, Owners])
            connection.Execute("INSERT INTO account (id, currency, external) VALUES ($1, '', 1) ON CONFLICT DO NOTHING", external);
        if (connection.Execute("INSERT INTO account (id, currency) VALUES ($1, $2) ON CONFLICT DO NOTHING", account, currency) == 1 && cash > 0)
        {
            var id = Begin(connection, "opening", orderId: null, approvalId: null);
            Move(connection, id, Instrument.Cash(currency), Instrument.ToAmount(cash), Owners, account);
            Post(connection, id);
        }
        transaction.Commit();
    }

    /// <summary>Null when there is no such account.</summary>
    public Statement? Find(string account)
    {
        using var connection = file.Connect();
        using var transaction = connection.BeginTransaction(deferred: true);
        return Find(connection, account);
    }

    /// <summary>The accounts that somebody holds.</summary>
    public IReadOnlyList<string> Accounts()
    {
        using var connection = file.Connect();
        return connection.Query(row => row.GetString(0), "SELECT id FROM account WHERE external = 0 ORDER BY id");
    }

    /// <summary>Whether a transaction was made of this order or with this approval.</summary>
    public bool IsUsed(string orderId, string approvalId)
    {
        using var connection = file.Connect();
        return connection.Scalar<long>("SELECT COUNT(*) FROM ledger_transaction WHERE order_id = $1 OR approval_id = $2", orderId, approvalId) > 0;
    }

    /// <summary>Exchanges shares for cash with the market: all of it, once, or nothing.</summary>
    /// <param name="order">What to do.</param>
    /// <param name="price">At which price a share.</param>
    /// <param name="approvalId">Names the approval, which is used up.</param>
    /// <param name="beforeCommit">Runs when all is in place and nothing is done yet; what it throws undoes all.</param>
    /// <returns>The transaction's id and what the account holds after it.</returns>
    /// <exception cref="OrderRefusedException">There is no such account, it lacks cash or shares, or order or approval were used before.</exception>
    public async Task<(string TransactionId, Statement After)> ExecuteAsync(Order order, decimal price, string approvalId, Func<Task> beforeCommit)
    {
        using var connection = file.Connect();
        // Takes the write lock at once: whoever else would use this approval, in any process, comes after.
        using var transaction = connection.BeginTransaction();
        if (Find(connection, order.Account) is not { } before)
            throw OrderRefusedException.UnknownAccount(Accounts());
        if (before.Currency != order.Currency)
            throw OrderRefusedException.Invalid($"The account is kept in {before.Currency}.");

        string id;
        try
        {
            id = Begin(connection, "order", order.OrderId, approvalId);
        }
        catch (SqliteException e) when (e.SqliteErrorCode == ConstraintViolated)
        {
            throw OrderRefusedException.Used();
        }
        var total = price * order.Quantity;
        before.RequireFor(order.Side, order.Symbol, order.Quantity, total);
        var (payer, payee) = order.Side == OrderSide.Buy ? (order.Account, Market) : (Market, order.Account);
        Move(connection, id, Instrument.Cash(before.Currency), Instrument.ToAmount(total), payer, payee);
        Move(connection, id, Instrument.Share(order.Symbol), order.Quantity, payee, payer);
        Post(connection, id);
        var after = Find(connection, order.Account)!;
        await beforeCommit();
        transaction.Commit();
        return (id, after);
    }

    private string Begin(SqliteConnection connection, string kind, string? orderId, string? approvalId)
    {
        var id = $"tx-{Guid.CreateVersion7(time.GetUtcNow()):N}";
        connection.Execute("INSERT INTO ledger_transaction (id, kind, order_id, approval_id, recorded_at) VALUES ($1, $2, $3, $4, $5)",
            id, kind, orderId, approvalId, time.GetUtcNow().ToString("O"));
        return id;
    }

    private static void Move(SqliteConnection connection, string id, string instrument, long amount, string from, string to)
    {
        foreach (var (account, change) in (ReadOnlySpan<(string, long)>)[(from, -amount), (to, amount)])
            connection.Execute("INSERT INTO entry (transaction_id, account, instrument, amount) VALUES ($1, $2, $3, $4)", id, account, instrument, change);
    }

    private static void Post(SqliteConnection connection, string id) =>
        connection.Execute("UPDATE ledger_transaction SET posted = 1 WHERE id = $1", id);

    private static Statement? Find(SqliteConnection connection, string account)
    {
        if (connection.Scalar<string>("SELECT currency FROM account WHERE id = $1 AND external = 0", account) is not { } currency)
            return null;
        var held = connection.Query(row => (Instrument: row.GetString(0), Amount: row.GetInt64(1)),
            "SELECT instrument, amount FROM holding WHERE account = $1 AND amount <> 0 ORDER BY instrument", account);
        var positions = from holding in held
                        where Instrument.IsShare(holding.Instrument, out _)
                        select new Position(Symbol(holding.Instrument), holding.Amount);
        return new(account, currency, Instrument.ToCash(held.FirstOrDefault(h => h.Instrument == Instrument.Cash(currency)).Amount), [.. positions]);
    }

    private static string Symbol(string instrument) => Instrument.IsShare(instrument, out var symbol) ? symbol : instrument;
}
