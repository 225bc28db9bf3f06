using AgentMesh.Auth;
using AgentMesh.AuthServer.Tests.Fixtures;
using AgentMesh.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace AgentMesh.AuthServer.Tests;

[Proves("AI8", "T33")]
public sealed class UnrecordedDecisionTests
{
    [Fact]
    public async Task A_decision_that_cannot_be_recorded_yields_no_token()
    {
        var audit = new FailingAudit();
        await using var server = await RunningServer.StartAsync(new ServerSetup { Configure = builder => builder.Services.AddSingleton<IAuditLog>(audit) });
        var advisor = server.ClientOf("advisor");

        audit.Fails = true;
        var refused = await advisor.ExchangeAsync(server.AdviceToken(), "risk-analyst", "risk.score");
        audit.Fails = false;

        Assert.Equal((503, "temporarily_unavailable"), (refused.Status, refused.Error));
        Assert.False(refused.Body.ContainsKey("access_token"));
        Assert.Equal(200, (await advisor.ExchangeAsync(server.AdviceToken(), "risk-analyst", "risk.score")).Status);
    }

    private sealed class FailingAudit : IAuditLog
    {
        public bool Fails { get; set; }

        public ValueTask WriteAsync(AuditEvent auditEvent, CancellationToken cancellationToken = default) =>
            Fails ? throw new AuditException("The disk is full.") : ValueTask.CompletedTask;
    }
}
