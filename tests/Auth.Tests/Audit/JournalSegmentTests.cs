using AgentMesh.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace AgentMesh.Auth.Tests;

[Proves("AI8")]
public sealed class JournalSegmentTests : IDisposable
{
    private const string Party = "spiffe://agentmesh.local/agent/advisor";

    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("segments");
    private readonly ScriptedLedger _ledger = new();
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().AddSingleton<AuditShippingMetrics>().BuildServiceProvider();

    private string JournalPath => Path.Combine(_folder.FullName, "advisor.jsonl");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _services.Dispose();
        _ledger.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_file_that_is_full_becomes_a_segment_and_the_chain_goes_on_over_restarts()
    {
        for (var start = 0; start < 3; start++)
            await WriteAsync(10);

        Assert.True(Segments().Count > 5, string.Join(' ', Segments()));
        Assert.Equal("advisor.jsonl.000000000001", Segments()[0]);
        var verification = AuditJournal.Verify(JournalPath);
        Assert.Equal((30, 1, null), (verification.Records, verification.First, verification.Fault));
    }

    [Fact]
    public async Task A_file_that_is_old_becomes_a_segment()
    {
        var limits = new JournalLimits { SegmentAge = TimeSpan.FromHours(1) };
        await WriteAsync(2, limits);
        _clock.Advance(TimeSpan.FromMinutes(59));
        await WriteAsync(1, limits);
        Assert.Empty(Segments());

        _clock.Advance(TimeSpan.FromMinutes(1));
        await WriteAsync(1, limits);

        Assert.Equal(["advisor.jsonl.000000000001"], Segments());
        Assert.Equal((4, true), (AuditJournal.Verify(JournalPath).Records, AuditJournal.Verify(JournalPath).IsIntact));
    }

    [Theory, Proves("T34")]
    [InlineData("edited", 5, "edited")]
    [InlineData("middle segment removed", 5, "removed, inserted or reordered")]
    [InlineData("oldest segment removed", 1, "no record says")]
    [InlineData("newest file removed", 9, "ends here")]
    public async Task Verification_names_the_first_record_that_does_not_fit_in_all_segments(string attack, long first, string reason)
    {
        // Two records a file: 1-2, 3-4, 5-6, 7-8, and the newest with 9.
        await WriteAsync(9);
        Assert.True(AuditJournal.Verify(JournalPath).IsIntact);
        var middle = JournalSegments.PathOf(JournalPath, 5);
        switch (attack)
        {
            case "edited":
                await File.WriteAllTextAsync(middle, File.ReadAllText(middle).Replace("\"allow\"", "\"deny\"", StringComparison.Ordinal), Cancellation);
                break;
            case "middle segment removed":
                File.Delete(middle);
                break;
            case "oldest segment removed":
                File.Delete(JournalSegments.PathOf(JournalPath, 1));
                break;
            case "newest file removed":
                File.Delete(JournalPath);
                break;
        }

        var fault = AuditJournal.Verify(JournalPath).Fault;
        Assert.Equal(first, fault?.Seq);
        Assert.Contains(reason, fault!.Reason, StringComparison.Ordinal);
        Assert.Equal(attack == "edited" ? Path.GetFileName(middle) : fault.File, fault.File);
    }

    [Fact]
    public async Task A_crash_between_two_files_loses_nothing()
    {
        await WriteAsync(4);
        File.Move(JournalPath, JournalSegments.PathOf(JournalPath, 3));
        Assert.True(AuditJournal.Verify(JournalPath).IsIntact);

        await WriteAsync(1);

        Assert.Equal((5, true), (AuditJournal.Verify(JournalPath).Records, AuditJournal.Verify(JournalPath).IsIntact));
    }

    [Fact]
    public async Task Shipping_goes_through_all_segments_and_goes_on_in_the_right_one_after_a_restart()
    {
        for (var start = 0; start < 4; start++)
        {
            await using var journal = Open();
            await WriteAsync(journal, 7);
            if (start != 1)
                Assert.Equal(LedgerOutcome.Accepted, await ShipAsync(journal));
        }

        Assert.Equal(Enumerable.Range(1, _ledger.Held.Count).Select(seq => (long)seq), _ledger.Held.Select(record => record.Seq));
        Assert.Equal(28, _ledger.Held.Count(record => record.Event.Kind == "decision"));
    }

    [Fact]
    public async Task Segments_that_the_ledger_has_are_removed_down_to_those_that_are_kept_and_the_chain_says_so()
    {
        await using var journal = Open(new JournalLimits { SegmentBytes = SegmentBytes, SegmentsKept = 1 });
        await WriteAsync(journal, 9);
        Assert.Equal(4, Segments().Count);

        Assert.Equal(LedgerOutcome.Accepted, await ShipAsync(journal));

        // The records of the removals fill a segment themselves.
        Assert.Equal(["advisor.jsonl.000000000009"], Segments());
        var verification = AuditJournal.Verify(JournalPath);
        Assert.Null(verification.Fault);
        Assert.Equal(9, verification.First);
        Assert.Contains(_ledger.Held, record => record.Event is { Kind: "journal", Reason: "segments_removed" });
    }

    [Fact]
    public async Task What_the_ledger_does_not_have_is_never_removed()
    {
        await using var journal = Open(new JournalLimits { SegmentBytes = SegmentBytes, SegmentsKept = 0 });
        await WriteAsync(journal, 9);
        _ledger.Instead.Enqueue(() => new LedgerAnswer(LedgerOutcome.Unavailable, Reason: "down"));

        Assert.Equal(LedgerOutcome.Unavailable, await ShipAsync(journal));
        await journal.RemoveSegmentsAsync(acknowledged: 3, Cancellation);

        // The segment with record 3 and 4 stays: the ledger has only one of the two.
        Assert.Equal("advisor.jsonl.000000000003", Segments()[0]);
        Assert.True(AuditJournal.Verify(JournalPath).IsIntact);
    }

    [Fact]
    public async Task A_position_that_is_lost_after_segments_were_removed_costs_work_and_no_record()
    {
        await using var journal = Open(new JournalLimits { SegmentBytes = SegmentBytes, SegmentsKept = 1 });
        await WriteAsync(journal, 9);
        await ShipAsync(journal);
        File.Delete(JournalPath + ".shipped");
        await WriteAsync(journal, 3);

        Assert.Equal(LedgerOutcome.Accepted, await ShipAsync(journal));
        Assert.Equal(12, _ledger.Held.Count(record => record.Event.Kind == "decision"));
    }

    [Fact]
    public async Task A_ledger_that_was_set_back_is_sent_what_it_lost_from_earlier_segments()
    {
        await using var journal = Open();
        await WriteAsync(journal, 9);
        await ShipAsync(journal);
        _ledger.Held.RemoveRange(4, 5);
        await WriteAsync(journal, 1);

        Assert.Equal(LedgerOutcome.Accepted, await ShipAsync(journal));
        Assert.Equal(10, _ledger.Held.Count);
    }

    // A little less than two records.
    private const int SegmentBytes = 500;

    private AuditJournal Open(JournalLimits? limits = null) =>
        new(JournalPath, Party, _clock, NullLogger<AuditJournal>.Instance, null, limits ?? new JournalLimits { SegmentBytes = SegmentBytes });

    private async Task WriteAsync(int count, JournalLimits? limits = null)
    {
        await using var journal = Open(limits);
        await WriteAsync(journal, count);
    }

    // One after the other: each is a batch of its own.
    private async Task WriteAsync(AuditJournal journal, int count)
    {
        for (var i = 0; i < count; i++)
            await journal.WriteAsync(new AuditEvent { Kind = "decision", Decision = "allow", Party = Party, Action = $"e{i}", Time = _clock.GetUtcNow() }, Cancellation);
    }

    private async Task<LedgerOutcome> ShipAsync(AuditJournal journal)
    {
        await using var log = new AuditLog(null, NullLogger<AuditLog>.Instance);
        using var shipper = new JournalShipper(log, () => _ledger, _services.GetRequiredService<AuditShippingMetrics>(), TimeProvider.System, NullLogger<JournalShipper>.Instance);
        using var reader = new JournalReader(journal);
        return await shipper.ShipAsync(journal, reader, Cancellation);
    }

    private List<string> Segments() => [.. JournalSegments.Closed(JournalPath).Select(segment => Path.GetFileName(segment.Path))];
}
