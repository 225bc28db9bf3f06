using AgentMesh.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace AgentMesh.Auth.Tests;

[Proves("AI8")]
public sealed class JournalShipperTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ship");
    private readonly ScriptedLedger _ledger = new();
    private readonly RecordingLogger _log = new();
    private readonly ILoggerFactory _logs;
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().AddSingleton<AuditShippingMetrics>().BuildServiceProvider();

    public JournalShipperTests() => _logs = LoggerFactory.Create(logging => logging.AddProvider(_log).SetMinimumLevel(LogLevel.Trace));

    private string JournalPath => System.IO.Path.Combine(_folder.FullName, "advisor.jsonl");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _services.Dispose();
        _logs.Dispose();
        _ledger.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task All_that_is_durable_reaches_the_ledger_in_order()
    {
        await using var journal = Open();
        await WriteAsync(journal, 5000);

        Assert.Equal(LedgerOutcome.Accepted, await ShipOnceAsync(journal));

        Assert.Equal(5000, _ledger.Held.Count);
        Assert.True(_ledger.Batches > 1, "bounded batches");
        Assert.StartsWith($"5000 {_ledger.Held[^1].Hash} ", await File.ReadAllTextAsync(JournalPath + ".shipped", Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_a_restart_shipping_goes_on_where_the_ledger_acknowledged()
    {
        await using (var journal = Open())
        {
            await WriteAsync(journal, 3);
            await ShipOnceAsync(journal);
        }
        await using var again = Open();
        await WriteAsync(again, 2);

        await ShipOnceAsync(again);

        Assert.Equal((5, 2), (_ledger.Held.Count, _ledger.Batches));
    }

    [Fact]
    public async Task An_attempt_that_ends_by_a_limit_of_the_connections_own_does_not_end_the_process()
    {
        await using var journal = Open();
        await WriteAsync(journal, 3);
        // What a connection that is not made in time ends in, although nobody cancelled anything here.
        _ledger.Instead.Enqueue(() => throw new TaskCanceledException("A connection could not be established within the configured ConnectTimeout.", new TimeoutException()));

        Assert.Equal(LedgerOutcome.Unavailable, await ShipOnceAsync(journal));
        Assert.Equal(LedgerOutcome.Accepted, await ShipOnceAsync(journal));

        Assert.Equal(3, _ledger.Held.Count);
    }

    [Theory]
    [InlineData("deleted")]
    [InlineData("of another journal")]
    [InlineData("older")]
    [InlineData("garbage")]
    public async Task A_position_that_is_lost_or_wrong_costs_work_and_no_record(string position)
    {
        await using var journal = Open();
        await WriteAsync(journal, 3);
        await ShipOnceAsync(journal);
        var stored = JournalPath + ".shipped";
        var older = await File.ReadAllTextAsync(stored, Cancellation);
        await WriteAsync(journal, 3);
        await ShipOnceAsync(journal);
        switch (position)
        {
            case "deleted":
                File.Delete(stored);
                break;
            case "of another journal":
                await File.WriteAllTextAsync(stored, $"6 {new string('a', 64)} 1 {journal.Durable.Length}\n", Cancellation);
                break;
            case "older":
                await File.WriteAllTextAsync(stored, older, Cancellation);
                break;
            case "garbage":
                await File.WriteAllTextAsync(stored, "\0\0\0", Cancellation);
                break;
        }
        await WriteAsync(journal, 1);

        Assert.Equal(LedgerOutcome.Accepted, await ShipOnceAsync(journal));
        Assert.Equal(7, _ledger.Held.Count);
    }

    [Fact]
    public async Task An_answer_that_is_lost_means_sending_again()
    {
        await using var journal = Open();
        await WriteAsync(journal, 3);
        _ledger.LosesAnswers = true;
        Assert.Equal(LedgerOutcome.Unavailable, await ShipOnceAsync(journal));
        _ledger.LosesAnswers = false;

        Assert.Equal(LedgerOutcome.Accepted, await ShipOnceAsync(journal));
        Assert.Equal(3, _ledger.Held.Count);
    }

    [Fact]
    public async Task A_ledger_that_was_set_back_is_sent_what_it_lost()
    {
        await using var journal = Open();
        await WriteAsync(journal, 10);
        await ShipOnceAsync(journal);
        _ledger.Held.RemoveRange(4, 6);
        await WriteAsync(journal, 1);

        Assert.Equal(LedgerOutcome.Accepted, await ShipOnceAsync(journal));

        Assert.Equal(11, _ledger.Held.Count);
        Assert.Contains(_log.Lines, line => line.Contains(" 1414 ", StringComparison.Ordinal));
    }

    [Fact, Proves("T34")]
    public async Task A_journal_that_was_rewritten_with_its_head_is_refused_and_said_once()
    {
        await using (var journal = Open())
        {
            await WriteAsync(journal, 3);
            await ShipOnceAsync(journal);
        }
        File.Delete(JournalPath);
        File.Delete(JournalPath + ".head");
        await using var rewritten = Open();
        await WriteAsync(rewritten, 3, "another");
        Assert.True(AuditJournal.Verify(JournalPath).IsIntact);

        Assert.Equal(LedgerOutcome.Refused, await ShipOnceAsync(rewritten));
        Assert.Equal(LedgerOutcome.Refused, await ShipOnceAsync(rewritten));

        Assert.Equal(3, _ledger.Held.Count);
        Assert.Contains(_log.Lines, line => line.StartsWith("Critical", StringComparison.Ordinal) && line.Contains("journal_fork", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_ledger_that_hangs_holds_up_no_decision()
    {
        await using var journal = Open();
        await using var log = new AuditLog(journal, NullLogger<AuditLog>.Instance);
        _ledger.Hangs = new TaskCompletionSource();
        using var shipper = Shipper(log);
        await WriteAsync(journal, 1);
        await shipper.StartAsync(Cancellation);
        await _ledger.UntilAskedOrHungAsync();

        await WriteAsync(journal, 1000).WaitAsync(TimeSpan.FromSeconds(30), Cancellation);

        await shipper.StopAsync(Cancellation);
        Assert.Empty(_ledger.Held);
    }

    [Fact]
    public async Task A_ledger_that_cannot_be_reached_is_tried_again_until_it_can()
    {
        await using var journal = Open();
        await using var log = new AuditLog(journal, NullLogger<AuditLog>.Instance);
        for (var attempt = 0; attempt < 4; attempt++)
            _ledger.Instead.Enqueue(() => new LedgerAnswer(LedgerOutcome.Unavailable, Reason: "down"));
        using var shipper = Shipper(log);
        await WriteAsync(journal, 7);
        await shipper.StartAsync(Cancellation);
        for (var attempt = 0; attempt < 5; attempt++)
            await _ledger.UntilAskedAsync();
        await shipper.StopAsync(Cancellation);

        Assert.Equal(7, _ledger.Held.Count);
        Assert.Single(_log.Lines, line => line.Contains(" 1411 ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_left_when_the_process_ends_is_shipped_then()
    {
        await using var journal = Open();
        await using var log = new AuditLog(journal, NullLogger<AuditLog>.Instance);
        using var shipper = Shipper(log);
        await shipper.StartAsync(Cancellation);
        await WriteAsync(journal, 300);

        await shipper.StopAsync(Cancellation);

        Assert.Equal(300, _ledger.Held.Count);
    }

    [Fact, Proves("T33")]
    public async Task A_position_that_cannot_be_read_costs_work_and_neither_a_record_nor_the_process()
    {
        await using var journal = Open();
        await WriteAsync(journal, 3);
        await ShipOnceAsync(journal);
        await WriteAsync(journal, 3);
        LedgerOutcome outcome;
        await using (new FileStream(JournalPath + ".shipped", FileMode.Open, FileAccess.ReadWrite, FileShare.None))
            outcome = await ShipOnceAsync(journal);

        Assert.Equal((LedgerOutcome.Accepted, 6), (outcome, _ledger.Held.Count));
    }

    [Fact, Proves("T33")]
    public async Task A_segment_that_cannot_be_read_is_tried_again_and_does_not_end_the_process()
    {
        await using var journal = Open();
        await using var log = new AuditLog(journal, NullLogger<AuditLog>.Instance);
        await WriteAsync(journal, 3);
        var damaged = JournalSegments.PathOf(JournalPath, 2);
        await File.WriteAllTextAsync(damaged, "damaged\n", Cancellation);
        using var shipper = Shipper(log);
        await shipper.StartAsync(Cancellation);

        while (!_log.Lines.Any(line => line.Contains(" 1411 ", StringComparison.Ordinal)))
        {
            Assert.False(shipper.ExecuteTask!.IsCompleted, "the shipping ended");
            await Task.Delay(10, Cancellation);
        }
        Assert.Empty(_ledger.Held);
        File.Delete(damaged);
        await _ledger.UntilAskedAsync();
        await shipper.StopAsync(Cancellation);

        Assert.Equal(3, _ledger.Held.Count);
    }

    [Fact, Proves("T33")]
    public async Task What_a_ledger_lost_and_cannot_be_found_here_is_tried_again_and_does_not_end_the_process()
    {
        await using var journal = Open();
        await WriteAsync(journal, 4);
        await ShipOnceAsync(journal);
        _ledger.Held.RemoveRange(2, 2);
        await WriteAsync(journal, 1);
        var damaged = JournalSegments.PathOf(JournalPath, 3);
        await File.WriteAllTextAsync(damaged, "damaged\n", Cancellation);

        Assert.Equal(LedgerOutcome.Unavailable, await ShipOnceAsync(journal));
        File.Delete(damaged);
        Assert.Equal(LedgerOutcome.Accepted, await ShipOnceAsync(journal));

        Assert.Equal(5, _ledger.Held.Count);
    }

    private AuditJournal Open() => new(JournalPath, "spiffe://agentmesh.local/agent/advisor", TimeProvider.System, NullLogger<AuditJournal>.Instance);

    private JournalShipper Shipper(IAuditLog log) => new(log, () => _ledger, _services.GetRequiredService<AuditShippingMetrics>(), TimeProvider.System, _logs.CreateLogger<JournalShipper>());

    // A new shipper each time, as after a restart: what it knows it knows from the files.
    private async Task<LedgerOutcome> ShipOnceAsync(AuditJournal journal)
    {
        await using var log = new AuditLog(null, NullLogger<AuditLog>.Instance);
        using var shipper = Shipper(log);
        using var reader = new JournalReader(journal);
        return await shipper.ShipAsync(journal, reader, Cancellation);
    }

    private static async Task WriteAsync(AuditJournal journal, int count, string action = "e") => await Task.WhenAll(Enumerable.Range(0, count).Select(i => journal.WriteAsync(
        new AuditEvent { Kind = "decision", Decision = "allow", Party = "spiffe://agentmesh.local/agent/advisor", Action = $"{action} {i}", Time = TimeProvider.System.GetUtcNow() }, Cancellation).AsTask()));
}
