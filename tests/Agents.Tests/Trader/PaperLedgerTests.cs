using AgentMesh.Agents.Trader;
using AgentMesh.Agents.Trader.Ledger;
using AgentMesh.Agents.Trader.Placing;
using AgentMesh.ServiceDefaults;
using AgentMesh.Testing;
using Microsoft.Data.Sqlite;

namespace AgentMesh.Agents.Tests.Trader;

/// <summary>The paper ledger, in a real SQLite file: what orders may do to it, alone, at once and after a restart.</summary>
public sealed class PaperLedgerTests : IDisposable
{
    private const string Account = "port-abc";

    private readonly string _folder = Directory.CreateTempSubdirectory("led").FullName;
    private readonly PaperLedger _ledger;

    public PaperLedgerTests()
    {
        _ledger = Reopen();
        _ledger.Open(Account, "USD", 1000);
    }

    [Fact]
    public async Task An_order_exchanges_cash_for_shares_and_creates_neither()
    {
        var (_, bought) = await _ledger.ExecuteAsync(Order("1", OrderSide.Buy, 10), 28.8m, "approval-1", Nothing);
        Assert.Equal((712m, 10L), (bought.Cash, Assert.Single(bought.Positions).Quantity));

        var (_, sold) = await _ledger.ExecuteAsync(Order("2", OrderSide.Sell, 4), 30m, "approval-2", Nothing);
        Assert.Equal((832m, 6L), (sold.Cash, Assert.Single(sold.Positions).Quantity));

        using var connection = new LedgerFile(_folder).Connect();
        Assert.All(connection.Query(row => row.GetInt64(1), "SELECT instrument, SUM(amount) FROM entry GROUP BY instrument"), sum => Assert.Equal(0, sum));
    }

    [Theory]
    [InlineData("Buy", 100, "insufficient_cash")]
    [InlineData("Sell", 1, "insufficient_position")]
    public async Task What_the_account_does_not_have_is_not_spent(string side, long quantity, string reason)
    {
        var refused = await Assert.ThrowsAsync<OrderRefusedException>(() => _ledger.ExecuteAsync(Order("1", Enum.Parse<OrderSide>(side), quantity), 28.8m, "approval-1", Nothing));

        Assert.Equal(reason, refused.Reason);
        Assert.False(_ledger.IsUsed("ord-1", "approval-1"));
        await _ledger.ExecuteAsync(Order("1", OrderSide.Buy, 1), 28.8m, "approval-1", Nothing);
    }

    [Theory, Threat("T27")]
    [InlineData("1", "approval-2")]
    [InlineData("2", "approval-1")]
    public async Task Order_and_approval_are_each_good_once_also_after_a_restart(string order, string approval)
    {
        await _ledger.ExecuteAsync(Order("1", OrderSide.Buy, 10), 28.8m, "approval-1", Nothing);
        var reopened = Reopen();

        Assert.True(reopened.IsUsed($"ord-{order}", approval));
        var refused = await Assert.ThrowsAsync<OrderRefusedException>(() => reopened.ExecuteAsync(Order(order, OrderSide.Buy, 1), 28.8m, approval, Nothing));

        Assert.Equal("approval_used", refused.Reason);
        Assert.Equal(712m, reopened.Find(Account)!.Cash);
        await reopened.ExecuteAsync(Order("2", OrderSide.Buy, 1), 28.8m, "approval-2", Nothing);
    }

    [Fact]
    public async Task Balances_survive_a_restart_and_an_account_that_there_is_is_not_opened_again()
    {
        await _ledger.ExecuteAsync(Order("1", OrderSide.Buy, 10), 28.8m, "approval-1", Nothing);
        var reopened = Reopen();
        reopened.Open(Account, "USD", 1000);

        var account = reopened.Find(Account)!;
        Assert.Equal((712m, 10L), (account.Cash, Assert.Single(account.Positions).Quantity));
        Assert.Equal([Account], reopened.Accounts());
    }

    [Fact]
    public async Task What_cannot_be_recorded_is_undone_and_uses_up_no_approval()
    {
        await Assert.ThrowsAsync<IOException>(() => _ledger.ExecuteAsync(Order("1", OrderSide.Buy, 10), 28.8m, "approval-1", () => throw new IOException("the journal's disk is full")));

        Assert.Equal(1000m, _ledger.Find(Account)!.Cash);
        Assert.False(_ledger.IsUsed("ord-1", "approval-1"));
        await _ledger.ExecuteAsync(Order("1", OrderSide.Buy, 10), 28.8m, "approval-1", Nothing);
    }

    [Fact]
    public async Task Orders_at_once_from_two_processes_overdraw_nobody()
    {
        var ledgers = new[] { _ledger, Reopen() };

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(() => TryAsync(ledgers[i % 2], Order($"{i}", OrderSide.Buy, 1), 200m, $"approval-{i}"))));

        Assert.Equal((5, 11), (outcomes.Count(outcome => outcome == "executed"), outcomes.Count(outcome => outcome == "insufficient_cash")));
        Assert.Equal((0m, 5L), (_ledger.Find(Account)!.Cash, Assert.Single(_ledger.Find(Account)!.Positions).Quantity));
    }

    [Fact, Threat("T27")]
    public async Task Of_many_that_use_an_approval_at_once_one_is_executed()
    {
        var ledgers = new[] { _ledger, Reopen() };

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => TryAsync(ledgers[i % 2], Order($"{i}", OrderSide.Buy, 1), 10m, "approval-1"))));

        Assert.Equal(["approval_used", "executed"], outcomes.Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(990m, _ledger.Find(Account)!.Cash);
    }

    [Fact]
    public async Task A_ledger_of_the_first_version_is_brought_up_to_date_and_keeps_what_is_in_it()
    {
        await _ledger.ExecuteAsync(Order("1", OrderSide.Buy, 10), 28.8m, "approval-1", Nothing);
        using (var connection = new LedgerFile(_folder).Connect())
            connection.Execute("DROP TRIGGER transaction_is_not_replaced; DROP TRIGGER account_is_not_replaced; DROP TRIGGER account_never_changes; DROP TRIGGER account_stays; PRAGMA user_version = 1");

        Assert.Equal(712m, Reopen().Find(Account)!.Cash);
        using var updated = new LedgerFile(_folder).Connect();
        Assert.Throws<SqliteException>(() => updated.Execute("DELETE FROM account"));
    }

    [Fact]
    public void A_ledger_of_a_newer_version_is_left_alone()
    {
        using (var connection = new LedgerFile(_folder).Connect())
            connection.Execute("PRAGMA user_version = 99");

        Assert.Contains("newer version", Assert.Throws<StartupException>(() => new LedgerFile(_folder)).Message, StringComparison.Ordinal);
    }

    private static async Task<string> TryAsync(PaperLedger ledger, Order order, decimal price, string approval)
    {
        try
        {
            await ledger.ExecuteAsync(order, price, approval, Nothing);
            return "executed";
        }
        catch (OrderRefusedException refused)
        {
            return refused.Reason;
        }
    }

    private static Task Nothing() => Task.CompletedTask;

    private static Order Order(string number, OrderSide side, long quantity) => new($"ord-{number}", Account, side, "MSFT", quantity, 30m, "USD");

    private PaperLedger Reopen() => new(new LedgerFile(_folder), TimeProvider.System);

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }
}
