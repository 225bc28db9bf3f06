using System.Globalization;
using AgentMesh.Auth;

namespace AgentMesh.Cli.Output;

/// <summary>An audit event in one line.</summary>
internal static class AuditLine
{
    public static string Heading { get; } = Line("time", "decided by", "decision", "caller", "callee", "action", "scopes, reason, task");

    public static string Of(AuditEvent e, string trustDomain)
    {
        var details = string.Join(' ', new[]
        {
            e.Scopes is { Length: > 0 } scopes ? $"[{scopes}]" : null,
            e.Reason,
            e.Subject is { } subject && subject != e.Caller ? $"for {PartyName.Short(subject, trustDomain)}" : null,
            e.TransactionId is { } transaction ? $"txn {transaction}" : null,
            e.Remediation,
            e.Cause is { } cause ? $"because \"{cause}\"" : null,
        }.OfType<string>());
        return Printable.Of(Line(
            e.Time.ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture),
            PartyName.Short(e.Party, trustDomain),
            e.Decision,
            PartyName.Short(e.Caller, trustDomain),
            PartyName.Short(e.Callee, trustDomain),
            e.Action ?? e.Kind,
            details).ReplaceLineEndings(" "));
    }

    private static string Line(string time, string party, string decision, string caller, string callee, string action, string details) =>
        string.Create(CultureInfo.InvariantCulture, $"{time,-12} {party,-20} {decision,-8} {caller,-20} {callee,-20} {action,-32} {details}").TrimEnd();
}
