using AgentMesh.Auth;
using AgentMesh.AuthServer.Approval;
using AgentMesh.AuthServer.Requests;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace AgentMesh.AuthServer.Telemetry;

/// <summary>Records every answer of the token, introspection and revocation endpoints, allow and deny alike.</summary>
internal sealed class RecordDecision(DecisionRecorder recorder, ApprovalStore approvals) :
    IOpenIddictServerHandler<ApplyTokenResponseContext>,
    IOpenIddictServerHandler<ApplyIntrospectionResponseContext>,
    IOpenIddictServerHandler<ApplyRevocationResponseContext>
{
    // Before any handler normalizes the error or writes the response.
    private const int First = int.MinValue + 1;

    public static OpenIddictServerHandlerDescriptor Token { get; } = HandlerOrder.At<ApplyTokenResponseContext, RecordDecision>(First);

    public static OpenIddictServerHandlerDescriptor Introspection { get; } = HandlerOrder.At<ApplyIntrospectionResponseContext, RecordDecision>(First);

    public static OpenIddictServerHandlerDescriptor Revocation { get; } = HandlerOrder.At<ApplyRevocationResponseContext, RecordDecision>(First);

    public async ValueTask HandleAsync(ApplyTokenResponseContext context)
    {
        try
        {
            await RecordAsync(context, "issuance", Operation(context.Request), context.Error);
        }
        catch (AuditException) when (ServerRequest.Of(context.Transaction).Redeemed is { } approval)
        {
            // Without its record the token does not leave, and a person need not approve it again.
            await approvals.TakeBackAsync(approval);
            throw;
        }
    }

    public ValueTask HandleAsync(ApplyIntrospectionResponseContext context) =>
        RecordAsync(context, "decision", "introspection", context.Error);

    public ValueTask HandleAsync(ApplyRevocationResponseContext context) =>
        RecordAsync(context, "revocation", "token-revocation", context.Error);

    private static string Operation(OpenIddictRequest? request) => request?.GrantType switch
    {
        GrantTypes.TokenExchange => "token-exchange",
        ApprovalGrant.GrantType => "approved-token",
        _ => "token-request",
    };

    private ValueTask RecordAsync(BaseRequestContext context, string kind, string operation, string? error) =>
        recorder.RecordAsync(ServerRequest.Of(context.Transaction), kind, operation, error, context.Transaction.Request?.Scope, context.CancellationToken);
}
