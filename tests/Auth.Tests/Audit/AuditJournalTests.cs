using System.Text.Json;
using AgentMesh.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace AgentMesh.Auth.Tests;

public sealed class AuditJournalTests : IDisposable
{
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("audit");

    private string JournalPath => System.IO.Path.Combine(_folder.FullName, "advisor.jsonl");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact, Proves("AI8")]
    public async Task A_record_is_in_the_file_when_writing_it_completes()
    {
        await using var journal = Open();
        await journal.WriteAsync(Event("one") with { Actors = ["a", "b"], Scopes = "risk.score", DurationMs = 1.5 }, Cancellation);

        using var record = JsonDocument.Parse(Lines().Single());
        Assert.Equal(1, record.RootElement.GetProperty("seq").GetInt64());
        Assert.Equal("one", record.RootElement.GetProperty("action").GetString());
        Assert.Equal("b", record.RootElement.GetProperty("actors")[1].GetString());
        Assert.Equal(64, record.RootElement.GetProperty("hash").GetString()!.Length);
    }

    [Fact]
    public async Task Records_written_at_once_are_all_there_in_one_chain()
    {
        await using (var journal = Open())
            await Task.WhenAll(Enumerable.Range(0, 5000).Select(i => journal.WriteAsync(Event($"e{i}"), Cancellation).AsTask()));

        var verification = AuditJournal.Verify(JournalPath);
        Assert.Equal((5000, true), (verification.Records, verification.IsIntact));
        Assert.Equal(5000, Lines().Select(l => JsonDocument.Parse(l).RootElement.GetProperty("action").GetString()).Distinct().Count());
    }

    [Fact]
    public async Task The_chain_goes_on_after_a_restart()
    {
        await WriteAsync(3);
        await WriteAsync(2);

        Assert.Equal((5, true), (AuditJournal.Verify(JournalPath).Records, AuditJournal.Verify(JournalPath).IsIntact));
    }

    [Theory, Proves("T34")]
    [InlineData("edited", 3, "edited")]
    [InlineData("removed", 3, "removed")]
    [InlineData("swapped", 3, "removed, inserted or reordered")]
    [InlineData("truncated", 5, "ends here")]
    [InlineData("first removed", 1, "removed")]
    [InlineData("rehashed", 4, "does not follow")]
    public async Task Verification_names_the_first_record_that_does_not_fit(string attack, long first, string reason)
    {
        await WriteAsync(5);
        Assert.True(AuditJournal.Verify(JournalPath).IsIntact);
        var lines = Lines().ToList();
        switch (attack)
        {
            case "edited":
                lines[2] = lines[2].Replace("\"allow\"", "\"deny\"", StringComparison.Ordinal);
                break;
            case "removed":
                lines.RemoveAt(2);
                break;
            case "swapped":
                (lines[2], lines[3]) = (lines[3], lines[2]);
                break;
            case "truncated":
                lines.RemoveAt(4);
                break;
            case "first removed":
                lines.RemoveAt(0);
                break;
            case "rehashed":
                lines[2] = Rehash(lines[2].Replace("\"allow\"", "\"deny\"", StringComparison.Ordinal));
                break;
        }
        await File.WriteAllTextAsync(JournalPath, string.Join('\n', lines) + "\n", Cancellation);

        var fault = AuditJournal.Verify(JournalPath).Fault;
        Assert.Equal(first, fault?.Line);
        Assert.Contains(reason, fault!.Reason, StringComparison.Ordinal);
    }

    [Fact, Proves("T34")]
    public async Task A_journal_rewritten_from_the_start_does_not_match_its_head()
    {
        await WriteAsync(3);
        var head = await File.ReadAllTextAsync(JournalPath + ".head", Cancellation);
        File.Delete(JournalPath);
        File.Delete(JournalPath + ".head");
        _clock.Advance(TimeSpan.FromDays(1));
        await WriteAsync(3);
        await File.WriteAllTextAsync(JournalPath + ".head", head, Cancellation);

        Assert.Contains("rewritten", AuditJournal.Verify(JournalPath).Fault?.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_torn_last_line_is_moved_aside_and_the_repair_is_on_record()
    {
        await WriteAsync(2);
        await File.AppendAllTextAsync(JournalPath, "{\"seq\":3,\"prev\":\"ab", Cancellation);
        Assert.Equal("the last line is incomplete", AuditJournal.Verify(JournalPath).Fault?.Reason);

        await WriteAsync(1);

        Assert.True(AuditJournal.Verify(JournalPath).IsIntact);
        var repair = JsonDocument.Parse(Lines()[2]).RootElement;
        Assert.Equal(("journal", "repaired", "torn_record"), (repair.GetProperty("kind").GetString(), repair.GetProperty("decision").GetString(), repair.GetProperty("reason").GetString()));
        Assert.Contains("\"prev\":\"ab", await File.ReadAllTextAsync(JournalPath + ".torn", Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Missing_records_are_noticed_at_the_next_start_and_put_on_record()
    {
        await WriteAsync(3);
        await File.WriteAllTextAsync(JournalPath, Lines()[0] + "\n", Cancellation);
        await WriteAsync(1);

        Assert.Equal("records_missing", JsonDocument.Parse(Lines()[1]).RootElement.GetProperty("reason").GetString());
    }

    [Fact]
    public async Task A_tampered_newest_record_keeps_the_journal_closed()
    {
        await WriteAsync(2);
        await File.WriteAllTextAsync(JournalPath, File.ReadAllText(JournalPath).Replace("\"allow\"", "\"deny\"", StringComparison.Ordinal), Cancellation);

        Assert.Contains("does not match its hash", Assert.Throws<AuditException>(() => Open()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_cannot_be_written_is_named_with_its_setting()
    {
        File.WriteAllText(System.IO.Path.Combine(_folder.FullName, "file"), "");
        var refused = Assert.Throws<AuditException>(() => new AuditJournal(
            System.IO.Path.Combine(_folder.FullName, "file", "x.jsonl"), "p", _clock, NullLogger<AuditJournal>.Instance));

        Assert.Contains("Mesh:AuditDirectory", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_closed_journal_takes_nothing_more()
    {
        var journal = Open();
        await journal.DisposeAsync();
        await Assert.ThrowsAsync<AuditException>(async () => await journal.WriteAsync(Event("late"), Cancellation));
    }

    [Fact]
    public async Task A_failure_that_nobody_foresaw_fails_what_waits_and_what_comes()
    {
        var log = new RecordingLogger();
        using var logs = LoggerFactory.Create(logging => logging.AddProvider(log));
        using var failing = new ManualResetEventSlim();
        await using var journal = new AuditJournal(JournalPath, "spiffe://agentmesh.local/agent/advisor", _clock, logs.CreateLogger<AuditJournal>(), _ =>
        {
            failing.Wait(Cancellation);
            throw new InvalidOperationException("a listener of the meter threw");
        }, JournalLimits.Default);
        var waiting = Enumerable.Range(0, 3).Select(i => journal.WriteAsync(Event($"e{i}"), Cancellation).AsTask()).ToList();
        failing.Set();

        foreach (var waits in waiting)
            await Assert.ThrowsAsync<AuditException>(() => waits.WaitAsync(TimeSpan.FromSeconds(30), Cancellation));
        var refused = await Assert.ThrowsAsync<AuditException>(() => journal.WriteAsync(Event("late"), Cancellation).AsTask().WaitAsync(TimeSpan.FromSeconds(30), Cancellation));

        Assert.Contains("Restart this process", refused.Message, StringComparison.Ordinal);
        Assert.Single(log.Lines, line => line.StartsWith("Critical", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Two_processes_cannot_write_one_journal()
    {
        await using var journal = Open();
        Assert.Throws<AuditException>(() => Open());
    }

    private static string Rehash(string line)
    {
        var content = line[..line.LastIndexOf(",\"hash\"", StringComparison.Ordinal)] + "}";
        var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(content)));
        return $"{content[..^1]},\"hash\":\"{hash}\"}}";
    }

    private AuditJournal Open() => new(JournalPath, "spiffe://agentmesh.local/agent/advisor", _clock, NullLogger<AuditJournal>.Instance);

    private async Task WriteAsync(int count)
    {
        await using var journal = Open();
        for (var i = 0; i < count; i++)
            await journal.WriteAsync(Event($"e{i}"), Cancellation);
    }

    private AuditEvent Event(string action) =>
        new() { Kind = "decision", Decision = "allow", Party = "spiffe://agentmesh.local/agent/advisor", Action = action, Time = _clock.GetUtcNow() };

    private string[] Lines()
    {
        using var file = new FileStream(JournalPath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        return new StreamReader(file).ReadToEnd().TrimEnd('\n').Split('\n');
    }
}
