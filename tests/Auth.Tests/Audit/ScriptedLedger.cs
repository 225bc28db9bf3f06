using System.Text;

namespace AgentMesh.Auth.Tests;

/// <summary>A ledger that holds one journal as the real one would, and fails when the test says so.</summary>
internal sealed class ScriptedLedger : IAuditLedger, IDisposable
{
    private readonly SemaphoreSlim _asked = new(0);

    public List<AuditRecord> Held { get; } = [];

    /// <summary>How many batches it was asked to take.</summary>
    public int Batches { get; private set; }

    /// <summary>Answers to the next batches, which are not taken.</summary>
    public Queue<Func<LedgerAnswer>> Instead { get; } = new();

    /// <summary>The batch is taken, and then the answer is lost.</summary>
    public bool LosesAnswers { get; set; }

    public TaskCompletionSource? Hangs { get; set; }

    public async Task<LedgerAnswer> AppendAsync(ReadOnlyMemory<byte> records, CancellationToken cancellationToken = default)
    {
        Batches++;
        try
        {
            if (Hangs is { } hangs)
                await hangs.Task.WaitAsync(cancellationToken);
            if (Instead.TryDequeue(out var instead))
                return instead();
            var answer = Take(records);
            return LosesAnswers ? throw new IOException("the connection broke") : answer;
        }
        finally
        {
            _asked.Release();
        }
    }

    public async Task UntilAskedOrHungAsync()
    {
        while (Batches == 0)
            await Task.Delay(10, TestContext.Current.CancellationToken);
    }

    public async Task UntilAskedAsync() => Assert.True(await _asked.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken), "the ledger was not asked");

    public void Dispose() => _asked.Dispose();

    private LedgerAnswer Take(ReadOnlyMemory<byte> records)
    {
        foreach (var line in Encoding.UTF8.GetString(records.Span).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            Assert.True(AuditRecord.TryParse(Encoding.UTF8.GetBytes(line), out var record), line);
            if (record.Seq <= Held.Count)
            {
                if (Held[(int)record.Seq - 1].Hash != record.Hash)
                    return Refuse(LedgerRefusal.Fork);
                continue;
            }
            if (record.Seq != Held.Count + 1)
                return Refuse(LedgerRefusal.Gap);
            if (record.Prev != (Held is [.., var last] ? last.Hash : AuditRecord.Genesis))
                return Refuse(LedgerRefusal.Fork);
            Held.Add(record);
        }
        return new LedgerAnswer(LedgerOutcome.Accepted, Held.Count, Held[^1].Hash);
    }

    private LedgerAnswer Refuse(string reason) => new(LedgerOutcome.Refused, Held.Count, Held is [.., var last] ? last.Hash : AuditRecord.Genesis, reason);
}
