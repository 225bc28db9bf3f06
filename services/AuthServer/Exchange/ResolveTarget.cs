using AgentMesh.AuthServer.Requests;
using AgentMesh.Manifest;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;
using BuiltIn = OpenIddict.Server.OpenIddictServerHandlers.Exchange;

namespace AgentMesh.AuthServer.Exchange;

/// <summary>
/// <c>audience</c> is the callee's name or SPIFFE ID, <c>resource</c> its SPIFFE ID; with both, both mean the same callee
/// (RFC 8693 §2.1). A callee that authenticates by mTLS alone takes no token.
/// </summary>
internal sealed class ResolveTarget(MeshManifest manifest) : IOpenIddictServerHandler<ValidateTokenRequestContext>
{
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } =
        HandlerOrder.After<ValidateTokenRequestContext, ResolveTarget>(BuiltIn.ValidateAuthentication.Descriptor);

    public ValueTask HandleAsync(ValidateTokenRequestContext context)
    {
        if (!context.Request.IsTokenExchangeGrantType())
        {
            return ValueTask.CompletedTask;
        }
        var request = ServerRequest.Of(context.Transaction);
        var audience = (string?)context.Request[Parameters.Audience];
        var resource = (string?)context.Request[Parameters.Resource];
        if (string.IsNullOrEmpty(audience) && string.IsNullOrEmpty(resource))
        {
            return context.Refuse(Errors.InvalidTarget, "no_target", "Say who will be called: audience is the callee's name or SPIFFE ID, resource its SPIFFE ID.");
        }

        Party? callee = null;
        if (!string.IsNullOrEmpty(audience) && !manifest.TryGetParty(audience, out callee))
        {
            return UnknownCallee(context);
        }
        if (!string.IsNullOrEmpty(resource))
        {
            if (!manifest.TryGetParty(resource, out var named) || !string.Equals(named.SpiffeId, resource, StringComparison.Ordinal))
            {
                return UnknownCallee(context);
            }
            if (callee is not null && !ReferenceEquals(callee, named))
            {
                return context.Refuse(Errors.InvalidTarget, "many_targets", "audience and resource name different callees; a token has one audience.");
            }
            callee = named;
        }
        if (callee is { Kind: PartyKind.Agent, Authentication: EdgeAuthentication.Mtls })
        {
            return context.Refuse(Errors.InvalidTarget, "mtls_callee", $"{callee.Name} authenticates its callers by mTLS alone: call it with your X509-SVID, no token is needed.");
        }
        request.Callee = callee;
        return ValueTask.CompletedTask;
    }

    private static ValueTask UnknownCallee(ValidateTokenRequestContext context) =>
        context.Refuse(Errors.InvalidTarget, "unknown_callee", "The callee is not in the manifest.");
}
