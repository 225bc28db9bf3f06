using AgentMesh.A2A;
using AgentMesh.A2A.Mesh;
using AgentMesh.Agents.Trader.Ledger;

namespace AgentMesh.Agents.Trader.Skills;

/// <summary>Which account is asked about.</summary>
internal sealed record AccountRequest(string? Account);

[Skill("read-account", "account.read",
    Name = "Read an account",
    Description = "Says what an account holds: cash and positions. Takes {\"account\"}.",
    Tags = ["account"])]
internal sealed class ReadAccounts(PaperLedger ledger) : SkillHandler<AccountRequest, Statement>
{
    protected override Task<Statement> RunAsync(AccountRequest request, AgentTaskContext task, CancellationToken cancellationToken) =>
        Task.FromResult(request.Account is { } id && ledger.Find(id) is { } account
            ? account
            : throw new SkillException("account_unknown", $"There is no such account. Known accounts: {string.Join(", ", ledger.Accounts())}.", isCallersFault: true));
}
