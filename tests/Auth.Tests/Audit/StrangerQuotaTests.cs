using System.Text;
using AgentMesh.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace AgentMesh.Auth.Tests;

public sealed class StrangerQuotaTests : IDisposable
{
    private const string Party = "spiffe://agentmesh.local/service/auth-server";

    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("strangers");

    private string JournalPath => Path.Combine(_folder.FullName, "auth-server.jsonl");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact, Proves("T38")]
    public async Task A_flood_of_callers_who_prove_nothing_becomes_a_few_records_and_a_count()
    {
        await using (var log = Open())
        {
            await RefuseAsync(log, 1000);
            _clock.Advance(TimeSpan.FromSeconds(10));
            await RefuseAsync(log, 100);
        }

        var events = Events();
        Assert.Equal(StrangerQuota.Burst + 10, events.Count(e => e.Reason == "no_client_credential"));
        var count = Assert.Single(events, e => e.Reason == "not_recorded_singly");
        Assert.StartsWith("count: 1030 more refusals", count.Action, StringComparison.Ordinal);
        Assert.Equal((Party, "journal", "deny"), (count.Party, count.Kind, count.Decision));
    }

    [Fact]
    public async Task The_count_is_recorded_while_the_flood_lasts()
    {
        await using var log = Open();
        await RefuseAsync(log, 100);
        Assert.DoesNotContain(Events(), e => e.Reason == "not_recorded_singly");

        _clock.Advance(StrangerQuota.Counting);
        await log.WriteAsync(Refused with { Authentication = "mtls" }, TestContext.Current.CancellationToken);

        Assert.StartsWith("count: 40 more", Assert.Single(Events(), e => e.Reason == "not_recorded_singly").Action, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_proves_something_and_whatever_is_allowed_is_always_recorded()
    {
        await using var log = Open();
        await RefuseAsync(log, 100);

        foreach (var authentication in (string?[])["mtls", "mtls+token", "jwt-svid", null])
            await log.WriteAsync(Refused with { Authentication = authentication, Reason = "known" }, TestContext.Current.CancellationToken);
        await log.WriteAsync(Refused with { Decision = "allow", Reason = "known" }, TestContext.Current.CancellationToken);

        Assert.Equal(5, Events().Count(e => e.Reason == "known"));
    }

    private static AuditEvent Refused { get; } = new() { Kind = "issuance", Party = Party, Decision = "deny", Reason = "no_client_credential", Authentication = "none" };

    private static async Task RefuseAsync(AuditLog log, int times) =>
        await Task.WhenAll(Enumerable.Range(0, times).Select(_ => log.WriteAsync(Refused, TestContext.Current.CancellationToken).AsTask()));

    private AuditLog Open() => new(new AuditJournal(JournalPath, Party, _clock, NullLogger<AuditJournal>.Instance), NullLogger<AuditLog>.Instance, _clock);

    private List<AuditEvent> Events()
    {
        using var reader = new StreamReader(JournalSegments.OpenToRead(JournalPath));
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => AuditRecord.TryParse(Encoding.UTF8.GetBytes(line), out var record) ? record.Event : throw new InvalidDataException(line))];
    }
}
