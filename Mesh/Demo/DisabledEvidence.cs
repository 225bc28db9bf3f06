using AgentMesh.Auth;
using AgentMesh.Cli.Approvals;
using AgentMesh.Manifest;

namespace AgentMesh.Cli.Demo;

/// <summary>What the journals hold about a disabled agent.</summary>
internal sealed class DisabledEvidence(RunningMesh mesh, Party agent)
{
    private const string AuthServer = "auth-server";
    private const string WorkloadApi = "workload-api";

    private readonly HopJournal _journal = new(mesh.AuditDirectory);

    /// <summary>When the last of its callees recorded that it is disabled; null: one of them has not.</summary>
    public DateTimeOffset? HeardAt(DateTimeOffset since)
    {
        var heard = agent.Calls.Values.Select(edge => _journal.ReadParty(edge.Callee.Name)
            .FirstOrDefault(e => e is { Kind: "revocation", Decision: "deny" } && e.Subject == agent.SpiffeId && e.Time >= since)?.Time).ToList();
        return heard.Contains(null) ? null : heard.Max();
    }

    /// <summary>It asks the authorization server for a token.</summary>
    public DisabledStep Exchange(string trace) => Step(
        "exchange of the token that it was called with", $"service/{AuthServer}",
        _journal.Read(trace).Where(e => e.Party == mesh.Manifest.Services[AuthServer].SpiffeId && e.Caller == agent.SpiffeId), "client_disabled");

    /// <summary>It calls an agent with what it holds, which was good before.</summary>
    public DisabledStep Call(Edge edge, string before, string trace)
    {
        var what = edge.Callee.Authentication == EdgeAuthentication.Mtls ? "call over mTLS alone, with the SVID that it holds" : "call with the token that it holds";
        var step = Step(what, edge.Callee.Name, CallsOf(edge, trace), "agent_revoked");
        return CallsOf(edge, before).Any(e => e.Decision == "allow") ? step : step with { AsExpected = false, Evidence = $"{step.Evidence}; but it was not let in before either" };
    }

    /// <summary>It is approved what it asked for.</summary>
    /// <param name="approval">What it asked for.</param>
    /// <param name="refusal">Why the approval itself was refused; null when it was taken.</param>
    /// <param name="answer">With what its task ended.</param>
    public DisabledStep Approval(WaitingApproval approval, string? refusal, Answer answer)
    {
        var task = _journal.Read(answer.TraceId);
        var polls = task.Where(e => e.Caller == agent.SpiffeId && e.Action == "approved-token" && e.Reason != "approval_pending").ToList();
        var acted = task.Any(e => e.Party == approval.Callee && e.Action == "place order");
        var ended = answer.Purchase is { Status: "denied" or "refused", LedgerTransaction: null };
        return new(
            "the task that waited for a person, approved meanwhile",
            $"service/{AuthServer}",
            polls is [_, ..] && polls.TrueForAll(e => e.Decision == "deny") && !acted && ended,
            $"{(refusal is null ? "" : $"approval refused, {refusal}; ")}{Words(polls)}; the task ended as {answer.Purchase?.Status ?? "nothing"}, {(acted ? "AND WAS ACTED ON" : "nothing was bought")}");
    }

    public bool IsWithdrawn(DateTimeOffset since) => Withdrawals(since).Count > 0;

    public string Withdrawal(DateTimeOffset since) => IsWithdrawn(since) ? Withdrawals(since)[0].Remediation! : "not withdrawn";

    /// <summary>How it went when it was allowed.</summary>
    public string Answered(string trace)
    {
        var events = _journal.Read(trace);
        return $"answered over {events.Count} decisions, {events.Count(e => e.Decision == "deny")} of them refusals of what it held before";
    }

    private List<AuditEvent> Withdrawals(DateTimeOffset since) => [.. _journal.ReadParty(WorkloadApi)
        .Where(e => e is { Kind: "revocation", Decision: "allow", Remediation: "svids_withdrawn" } && e.Subject == agent.SpiffeId && e.Time >= since)];

    private IEnumerable<AuditEvent> CallsOf(Edge edge, string trace) => _journal.Read(trace).Where(e => e.Party == edge.Callee.SpiffeId && e.Caller == agent.SpiffeId);

    /// <summary>Good only if there were attempts, and each was refused for that reason.</summary>
    private static DisabledStep Step(string what, string at, IEnumerable<AuditEvent> attempts, string reason)
    {
        var made = attempts.ToList();
        return new(what, at, made is [_, ..] && made.TrueForAll(e => e.Decision == "deny" && e.Reason == reason), Words(made));
    }

    private static string Words(List<AuditEvent> events) => events.Count == 0
        ? "no attempt is on record"
        : string.Join("; ", events.GroupBy(e => $"{e.Action} {e.Decision} {e.Reason}".TrimEnd()).Select(same => same.Count() == 1 ? same.Key : $"{same.Key} x{same.Count()}"));
}
