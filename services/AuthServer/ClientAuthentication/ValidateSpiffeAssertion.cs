using AgentMesh.AuthServer.Requests;
using AgentMesh.AuthServer.Tokens;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace AgentMesh.AuthServer.ClientAuthentication;

/// <summary>A JWT-SVID as client assertion: for this server alone, and verified with its trust domain's bundle alone.</summary>
internal sealed class ValidateSpiffeAssertion(OwnJwtSvid svids) : IOpenIddictServerHandler<ProcessAuthenticationContext>
{
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } =
        HandlerOrder.After<ProcessAuthenticationContext, ValidateSpiffeAssertion>(ReadPeerSvid.Descriptor);

    public ValueTask HandleAsync(ProcessAuthenticationContext context)
    {
        var (type, assertion) = (context.Request?.ClientAssertionType, context.Request?.ClientAssertion);
        if (string.IsNullOrEmpty(type) && string.IsNullOrEmpty(assertion))
        {
            return ValueTask.CompletedTask;
        }
        if (type != SpiffeAssertion.AssertionType)
        {
            return context.Refuse(Errors.InvalidClient, "assertion_type", $"The only client assertion accepted is {SpiffeAssertion.AssertionType}.");
        }
        if (!svids.TryValidate(assertion, out var svid, out var error))
        {
            return context.Refuse(Errors.InvalidClient, "assertion_invalid", $"The client assertion is refused: {error}.");
        }
        ServerRequest.Of(context.Transaction).AssertionSubject = svid.Id;
        return ValueTask.CompletedTask;
    }
}
