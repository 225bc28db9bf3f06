using AgentMesh.Auth;
using AgentMesh.Cli.Journals;
using AgentMesh.Cli.Live;
using Microsoft.Extensions.Logging.Abstractions;

namespace AgentMesh.Mesh.Tests;

/// <summary><c>mesh audit verify</c> where the ledger holds more than one journal of a party.</summary>
public sealed class JournalChecksTests : IDisposable
{
    private const string Trader = "spiffe://agentmesh.local/agent/trader";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("journals-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_journal_that_was_begun_anew_under_another_name_does_not_hide_that_the_first_is_gone()
    {
        var ledger = new Ledger();
        ledger.Hold("one", await WriteAsync("old", 5));
        var now = await WriteAsync("trader", 2);
        ledger.Hold("two", now);

        var checks = await VerifyAsync(now, ledger);

        Assert.Contains(checks, check => check.Fault is null && check.Records == 2);
        Assert.Contains("the ledger holds 5 records of it: it was removed", Assert.Single(checks, check => check.Fault is not null).Fault!.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, 5)]
    [InlineData(5, 2)]
    public async Task A_journal_that_was_shipped_under_two_names_is_compared_with_the_longer_copy(int one, int two)
    {
        var ledger = new Ledger();
        var path = await WriteAsync("trader", 5);
        ledger.Hold("one", path, one);
        ledger.Hold("two", path, two);

        var check = Assert.Single(await VerifyAsync(path, ledger));

        Assert.Equal((5, 5L, 0L), (check.Records, check.Shipped!.Value, check.Behind));
        Assert.Null(check.Fault);
    }

    private static Task<IReadOnlyList<JournalCheck>> VerifyAsync(string path, Ledger ledger) => JournalChecks.RunAsync([path], complete: true, ledger, TestContext.Current.CancellationToken);

    private async Task<string> WriteAsync(string name, int records)
    {
        var path = Path.Combine(_folder.FullName, name + ".jsonl");
        await using var journal = new AuditJournal(path, Trader, TimeProvider.System, NullLogger<AuditJournal>.Instance);
        for (var i = 0; i < records; i++)
            await journal.WriteAsync(new() { Kind = "decision", Time = TimeProvider.System.GetUtcNow(), Party = Trader, Action = $"{name} {i}", Decision = "allow" }, TestContext.Current.CancellationToken);
        return path;
    }

    private sealed class Ledger : ILedger
    {
        private readonly List<(LedgerHead Head, string[] Hashes)> _journals = [];

        public void Hold(string instance, string path, int records = int.MaxValue)
        {
            string[] hashes = [.. File.ReadLines(path).Take(records).Select(line => AuditRecord.TryParse(System.Text.Encoding.UTF8.GetBytes(line), out var record) ? record.Hash : throw new FormatException(line))];
            _journals.Add((new LedgerHead(Trader, instance, hashes.Length, hashes[^1], hashes[0], default), hashes));
        }

        public Task<IReadOnlyList<LedgerHead>> HeadsAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<LedgerHead>>([.. _journals.Select(journal => journal.Head)]);

        public Task<string> HashAsync(LedgerHead journal, long seq, CancellationToken cancellationToken) =>
            Task.FromResult(_journals.Single(held => held.Head == journal).Hashes[(int)seq - 1]);
    }
}
