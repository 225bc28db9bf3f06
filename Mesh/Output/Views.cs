using System.Globalization;
using AgentMesh.Auth;
using AgentMesh.Cli.Attacks;
using AgentMesh.Cli.Demo;
using Spectre.Console;

namespace AgentMesh.Cli.Output;

/// <summary>What <c>up</c> and <c>ask</c> show: the answer, the hops it took, the attacks that were refused.</summary>
internal sealed class Views(Screen screen, string trustDomain)
{
    private static readonly Style Good = new(Color.Green);
    private static readonly Style Bad = new(Color.Red);
    private static readonly Style Heading = new(decoration: Decoration.Bold);

    /// <summary>What an agent reports while it works, as it happens.</summary>
    public void Progress(string text) => screen.Line($"  … {Printable.Of(text).ReplaceLineEndings(" ")}");

    public void Answer(string agent, string question, Answer answer)
    {
        screen.Line();
        screen.Line("question", Heading);
        screen.Line("  " + question);
        screen.Line(answer.Model is null ? $"answer of {agent}" : $"answer of {agent} ({Printable.Of(answer.Model)})", Heading);
        foreach (var line in Printable.Of(answer.Text).Split('\n'))
            screen.Line("  " + line.TrimEnd());
    }

    public void Hops(string traceId, IReadOnlyList<AuditEvent> events)
    {
        screen.Line();
        screen.Line($"hops of trace {traceId}", Heading);
        var table = Table("caller", "callee", "authenticated", "action", "scopes", "act chain", "decision", "ms");
        table.Columns[^1].Alignment(Justify.Right);
        foreach (var (hop, times) in Collapse(SkillHops.Merge(events)))
        {
            table.AddRow(
                Cell(Name(hop.Caller)),
                Cell(Name(IsIssuance(hop) ? hop.Party : hop.Callee ?? hop.Party)),
                Cell(hop.Authentication),
                Cell(IsIssuance(hop) ? $"{hop.Action} for {Name(hop.Callee)}" : times == 1 ? hop.Action : $"{hop.Action} x{times}"),
                Cell(hop.Scopes),
                Cell(string.Join(" < ", (hop.Actors ?? []).Append(hop.Subject).OfType<string>().Distinct().Select(id => Name(id)))),
                Decision(hop),
                Cell(hop.DurationMs?.ToString("0.0", CultureInfo.InvariantCulture)));
        }

        screen.Results.Write(table);
    }

    public void Attacks(IReadOnlyList<AttackResult> attacks)
    {
        screen.Line();
        screen.Line("attacks from outside", Heading);
        var table = Table("attack", "on", "outcome", "received");
        foreach (var attack in attacks)
        {
            table.AddRow(
                Cell(attack.Name),
                Cell(attack.Target),
                attack.Refused ? new Text("refused", Good) : new Text("NOT REFUSED", Bad),
                Cell(attack.Evidence));
        }

        screen.Results.Write(table);
    }

    public void Purchases(IReadOnlyList<PurchaseResult> purchases)
    {
        screen.Line();
        screen.Line("purchases that need a person", Heading);
        foreach (var line in purchases.Count > 0 ? purchases[0].Shown : [])
            screen.Line("  " + line);
        var table = Table("asked", "person", "outcome", "as the journal has it");
        foreach (var purchase in purchases)
        {
            table.AddRow(
                Cell(purchase.Question),
                Cell(purchase.Decision ?? "not asked"),
                new Text(Printable.Line(Outcome(purchase)), purchase.AsExpected ? Good : Bad),
                Cell(purchase.Evidence));
        }

        screen.Results.Write(table);
    }

    public void Disabled(DisabledResult disabled)
    {
        screen.Line();
        screen.Line($"{disabled.Agent}, disabled while it waits for a person", Heading);
        if (disabled.HeardAfterMs is { } heard)
            screen.Line(string.Create(CultureInfo.InvariantCulture, $"  every agent that it calls had recorded it {heard:0} ms after the operator asked"));
        var table = Table("what it tried", "decided by", "outcome", "as the journal has it");
        foreach (var step in disabled.Steps)
        {
            table.AddRow(
                Cell(step.What),
                Cell(step.At),
                step.AsExpected ? new Text("as it must be", Good) : new Text("NOT AS IT MUST BE", Bad),
                new Text(Printable.Line(step.Evidence)));
        }

        screen.Results.Write(table);
    }

    private static string Outcome(PurchaseResult purchase) => purchase.Outcome switch
    {
        null => "NOTHING",
        { LedgerTransaction: { } transaction } executed => $"{executed.Status}, ledger {transaction}",
        { Status: "refused" } refused => $"refused, {refused.Reason}",
        var other => $"{other.Status}: {other.Detail}",
    };

    /// <summary>The same call several times in a row, such as one for each symbol, is one line with the slowest one's time.</summary>
    private static List<(AuditEvent Hop, int Times)> Collapse(IReadOnlyList<AuditEvent> events)
    {
        var rows = new List<(AuditEvent Hop, int Times)>();
        foreach (var hop in events)
        {
            if (rows is [.., var (last, times)] && IsSameCall(last, hop))
                rows[^1] = (last with { DurationMs = Math.Max(last.DurationMs ?? 0, hop.DurationMs ?? 0) }, times + 1);
            else
                rows.Add((hop, 1));
        }

        return rows;
    }

    private static bool IsSameCall(AuditEvent one, AuditEvent other) =>
        (one.Kind, one.Caller, one.Callee, one.Action, one.Scopes, one.Subject, one.Decision, one.Reason)
        == (other.Kind, other.Caller, other.Callee, other.Action, other.Scopes, other.Subject, other.Decision, other.Reason);

    private static bool IsIssuance(AuditEvent hop) => hop.Kind == "issuance";

    private static Text Decision(AuditEvent hop) => hop.Decision == "allow"
        ? new Text(hop.Decision, Good)
        : new Text($"{hop.Decision} {hop.Reason}".TrimEnd(), Bad);

    private Table Table(params string[] columns)
    {
        var table = new Table { Border = screen.IsTerminal ? TableBorder.Rounded : TableBorder.None };
        foreach (var column in columns)
            table.AddColumn(new TableColumn(new Text(column, Heading)) { NoWrap = !screen.IsTerminal });
        return table;
    }

    private string Name(string? spiffeId) => PartyName.Short(spiffeId, trustDomain);

    private static Text Cell(string? text) => new(Printable.Of(text ?? ""));
}
