using AgentMesh.Spiffe.Protocol;
using AgentMesh.WorkloadApi.Authorities;
using AgentMesh.WorkloadApi.Entries;
using AgentMesh.WorkloadApi.Telemetry;
using Google.Protobuf;

namespace AgentMesh.WorkloadApi.Serving;

/// <summary>What one stream has handed out. Keys are per stream: no two callers share one, and they are wiped when it ends.</summary>
internal sealed class HeldSvids(TimeSpan lifetime, WorkloadApiTelemetry telemetry, Action<RegistrationEntry, DateTimeOffset>? issued = null) : IDisposable
{
    private const string Kind = "x509";

    private Held[] _held = [];
    private ulong _sequence;

    /// <summary>When the first of them is to be renewed.</summary>
    public DateTimeOffset RenewAt => _held.Length == 0 ? DateTimeOffset.MaxValue : _held.Min(h => h.Svid.RenewAt);

    /// <summary>Renews what is due and gives the full state, or null when the stream's client has it already.</summary>
    public X509SVIDResponse? Refresh(IReadOnlyList<RegistrationEntry> entries, TrustSnapshot trust, DateTimeOffset now)
    {
        var before = _held;
        _held = [.. entries.Select(e => Array.Find(before, h => h.Entry == e) is { } held && IsGood(held, trust, now) ? held : Issue(e, trust, now))];
        if (trust.Sequence == _sequence && before.AsSpan().SequenceEqual(_held))
            return null;
        _sequence = trust.Sequence;
        foreach (var dropped in before.Except(_held))
            dropped.Svid.Forget();

        var response = new X509SVIDResponse();
        var hints = new HashSet<string>(_held.Length);
        foreach (var (entry, svid, _) in _held)
        {
            response.Svids.Add(new X509SVID
            {
                SpiffeId = svid.Id.ToString(),
                X509Svid = UnsafeByteOperations.UnsafeWrap(svid.Certificate),
                X509SvidKey = UnsafeByteOperations.UnsafeWrap(svid.PrivateKey),
                Bundle = trust.X509Authorities,
                Hint = hints.Add(entry.Party.Name) ? entry.Party.Name : "",
            });
        }
        foreach (var (trustDomain, bundle) in trust.Federated)
            response.FederatedBundles.Add(trustDomain.Id.ToString(), bundle.X509Authorities);
        return response;
    }

    public void Dispose()
    {
        foreach (var held in _held)
            held.Svid.Forget();
    }

    private static bool IsGood(Held held, TrustSnapshot trust, DateTimeOffset now) =>
        now < held.Svid.RenewAt
        && held.Generation == held.Entry.Generation
        && held.Svid.Authority != trust.Superseded;

    private Held Issue(RegistrationEntry entry, TrustSnapshot trust, DateTimeOffset now)
    {
        using var activity = telemetry.StartIssue(entry.Id, Kind);
        var generation = entry.Generation;
        var svid = trust.X509.Issue(entry.Id, now, lifetime);
        telemetry.Issued(entry.Id, Kind, svid.NotAfter);
        issued?.Invoke(entry, svid.NotAfter);
        return new Held(entry, svid, generation);
    }

    private sealed record Held(RegistrationEntry Entry, IssuedX509Svid Svid, long Generation);
}
