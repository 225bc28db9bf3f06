using AgentMesh.Agents.Trader;
using AgentMesh.Agents.Trader.Ledger;
using Microsoft.Data.Sqlite;

namespace AgentMesh.Agents.Tests.Trader;

/// <summary>The database holds to double entry by itself, whatever its program does: every statement here is written past it.</summary>
public sealed class LedgerSchemaTests : IAsyncLifetime
{
    private const int ConstraintViolated = 19;
    private const string Begin = "INSERT INTO ledger_transaction (id, kind, recorded_at) VALUES ('tx-x', 'opening', 'now'); ";
    private const string PostIt = "; UPDATE ledger_transaction SET posted = 1 WHERE id = 'tx-x'";

    private readonly string _folder = Directory.CreateTempSubdirectory("led").FullName;
    private LedgerFile _file = null!;

    public async ValueTask InitializeAsync()
    {
        _file = new LedgerFile(_folder);
        var ledger = new PaperLedger(_file, TimeProvider.System);
        ledger.Open("port-abc", "USD", 1000);
        await ledger.ExecuteAsync(new("ord-1", "port-abc", OrderSide.Buy, "MSFT", 10, 30m, "USD"), 28.8m, "approval-1", () => Task.CompletedTask);
    }

    [Theory]
    // Money or shares from nowhere.
    [InlineData(Begin + "INSERT INTO entry VALUES ('port-abc', 'cash:USD', 'tx-x', 10000)" + PostIt, "do not add up to zero")]
    [InlineData(Begin + "INSERT INTO entry VALUES ('port-abc', 'cash:USD', 'tx-x', 10000), ('(market)', 'share:MSFT', 'tx-x', -10000)" + PostIt, "do not add up to zero")]
    [InlineData(Begin + "UPDATE ledger_transaction SET posted = 1 WHERE id = 'tx-x'", "do not add up to zero")]
    [InlineData(Begin + "INSERT INTO entry VALUES ('port-abc', 'cash:USD', 'tx-x', 0)", "CHECK constraint")]
    [InlineData(Begin + "INSERT INTO entry VALUES ('nobody', 'cash:USD', 'tx-x', 1)", "FOREIGN KEY")]
    [InlineData("INSERT INTO ledger_transaction (id, kind, recorded_at, posted) VALUES ('tx-x', 'opening', 'now', 1)", "posted after its entries")]
    // More than there is.
    [InlineData(Begin + "INSERT INTO entry VALUES ('port-abc', 'cash:USD', 'tx-x', -7120001), ('(market)', 'cash:USD', 'tx-x', 7120001)" + PostIt, "would be overdrawn")]
    [InlineData(Begin + "INSERT INTO entry VALUES ('port-abc', 'share:MSFT', 'tx-x', -11), ('(market)', 'share:MSFT', 'tx-x', 11)" + PostIt, "would be overdrawn")]
    [InlineData("UPDATE account SET external = 1 WHERE id = 'port-abc'", "an account never changes")]
    // What was done is done.
    [InlineData("UPDATE entry SET amount = 1", "an entry never changes")]
    [InlineData("DELETE FROM entry WHERE account = 'port-abc'", "an entry stays")]
    [InlineData("INSERT INTO entry SELECT 'port-abc', 'cash:EUR', id, 1 FROM ledger_transaction WHERE kind = 'order'", "the transaction is posted")]
    [InlineData("INSERT OR REPLACE INTO entry SELECT account, instrument, transaction_id, 1 FROM entry", "the transaction is posted")]
    [InlineData("UPDATE ledger_transaction SET posted = 0", "a transaction never changes")]
    [InlineData("UPDATE ledger_transaction SET approval_id = 'approval-2' WHERE approval_id = 'approval-1'", "a transaction never changes")]
    [InlineData("DELETE FROM ledger_transaction", "a transaction stays")]
    [InlineData("INSERT OR REPLACE INTO ledger_transaction (id, kind, recorded_at) SELECT id, 'opening', 'now' FROM ledger_transaction", "a transaction never changes")]
    [InlineData("DELETE FROM account", "an account stays")]
    // An approval is good for one order.
    [InlineData("INSERT INTO ledger_transaction (id, kind, order_id, approval_id, recorded_at) VALUES ('tx-x', 'order', 'ord-2', 'approval-1', 'now')", "UNIQUE constraint")]
    [InlineData("INSERT OR REPLACE INTO ledger_transaction (id, kind, order_id, approval_id, recorded_at) VALUES ('tx-x', 'order', 'ord-1', 'approval-2', 'now')", "FOREIGN KEY")]
    [InlineData("INSERT INTO ledger_transaction (id, kind, order_id, recorded_at) VALUES ('tx-x', 'order', 'ord-2', 'now')", "CHECK constraint")]
    [InlineData("INSERT INTO ledger_transaction (id, kind, approval_id, recorded_at) VALUES ('tx-x', 'opening', 'approval-2', 'now')", "CHECK constraint")]
    public void What_breaks_the_books_is_refused_and_changes_nothing(string sql, string why)
    {
        var before = Contents();

        using (var connection = _file.Connect())
        using (var transaction = connection.BeginTransaction())
        {
            var refused = Assert.Throws<SqliteException>(() => connection.Execute(sql));
            Assert.Equal(ConstraintViolated, refused.SqliteErrorCode);
            Assert.Contains(why, refused.Message, StringComparison.Ordinal);
        }

        Assert.Equal(before, Contents());
    }

    [Fact]
    public void An_account_is_not_replaced_by_one_that_may_be_overdrawn()
    {
        using (var connection = _file.Connect())
            connection.Execute("INSERT OR REPLACE INTO account (id, currency, external) VALUES ('port-abc', 'USD', 1)");

        using var after = _file.Connect();
        Assert.Equal(0, after.Scalar<long>("SELECT external FROM account WHERE id = 'port-abc'"));
    }

    [Theory]
    [InlineData(Begin + "INSERT INTO entry VALUES ('port-abc', 'cash:USD', 'tx-x', -7120000), ('(market)', 'cash:USD', 'tx-x', 7120000)" + PostIt)]
    [InlineData(Begin + "INSERT INTO entry VALUES ('port-abc', 'share:MSFT', 'tx-x', -10), ('(market)', 'share:MSFT', 'tx-x', 10)" + PostIt)]
    [InlineData("INSERT INTO ledger_transaction (id, kind, order_id, approval_id, recorded_at) VALUES ('tx-x', 'order', 'ord-2', 'approval-2', 'now')")]
    public void What_keeps_the_books_is_taken(string sql)
    {
        var before = Contents();

        using (var connection = _file.Connect())
            connection.Execute(sql);

        Assert.NotEqual(before, Contents());
    }

    [Fact]
    public void What_is_not_posted_counts_for_nothing()
    {
        using (var connection = _file.Connect())
            connection.Execute(Begin + "INSERT INTO entry VALUES ('port-abc', 'cash:USD', 'tx-x', 10000), ('(market)', 'cash:USD', 'tx-x', -10000)");

        Assert.Equal(712m, new PaperLedger(_file, TimeProvider.System).Find("port-abc")!.Cash);
    }

    private string Contents()
    {
        using var connection = _file.Connect();
        return string.Join('\n', connection.Query(row => string.Join(' ', Enumerable.Range(0, row.FieldCount).Select(row.GetValue)),
            "SELECT 'account', id, currency, external, '', '' FROM account UNION ALL SELECT kind, id, order_id, approval_id, recorded_at, posted FROM ledger_transaction UNION ALL SELECT 'entry', account, instrument, transaction_id, amount, '' FROM entry"));
    }

    public ValueTask DisposeAsync()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }
}
