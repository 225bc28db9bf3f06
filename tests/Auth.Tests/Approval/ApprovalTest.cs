using System.Text.Json;
using AgentMesh.Auth.AspNetCore;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace AgentMesh.Auth.Tests;

/// <summary>An advisor that asks a person before it calls the trader.</summary>
public abstract class ApprovalTest : IAsyncLifetime
{
    private protected const string Order = """[{"type":"urn:agentmesh:order","symbol":"MSFT","quantity":10}]""";

    private protected TestMesh Mesh { get; private set; } = null!;

    private protected TestAgent Trader { get; private set; } = null!;

    private protected TestCaller Advisor { get; private set; } = null!;

    private protected TestApprovals Person => Mesh.Issuer.Approvals;

    private protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Mesh = await TestMesh.StartAsync();
        Trader = await Mesh.StartAgentAsync("trader", setup => setup.Endpoints = app =>
        {
            app.MapPost("/orders", () => $"{DelegationContext.Current!.Approved.Count} approved, txn {DelegationContext.Current.TransactionId is not null}").RequireScope("trade.execute");
            app.MapPost("/drafts", () => "drafted").RequireScope("trade.propose");
        });
        Advisor = Mesh.Caller("advisor", services =>
        {
            services.AddHttpClient("orders").AddAgentAuth("trader", "trade.execute");
            services.AddHttpClient("drafts").AddAgentAuth("trader", "trade.propose");
        });
    }

    public async ValueTask DisposeAsync()
    {
        await Mesh.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private protected Task<ApprovalResult<PendingApproval>> AskAsync(string details = Order, string callee = "trader", string? message = "Buy 10 MSFT") =>
        Advisor.Services.GetRequiredService<IApprovals>().RequestAsync(
            new ApprovalRequest
            {
                Callee = callee,
                Scopes = ScopeSet.Of("trade.execute"),
                AuthorizationDetails = JsonSerializer.Deserialize<JsonElement>(details),
                BindingMessage = message,
            },
            Cancellation);

    private protected async Task<PendingApproval> PendingAsync()
    {
        var asked = await AskAsync();
        Assert.True(asked.Succeeded, asked.ToString());
        return asked.Value;
    }

    private protected async Task<ApprovedAction> ApprovedAsync()
    {
        Person.Answer("approved");
        var result = await (await PendingAsync()).WaitAsync(Cancellation);
        Assert.True(result.Succeeded, result.ToString());
        return result.Value;
    }

    private protected async Task<HttpResponseMessage> SendAsync(ApprovedAction? action, string client = "orders", string path = "/orders", TestAgent? to = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri((to ?? Trader).Address, path));
        return await Advisor.Client(client).SendAsync(action is null ? request : request.WithApproval(action), Cancellation);
    }
}
