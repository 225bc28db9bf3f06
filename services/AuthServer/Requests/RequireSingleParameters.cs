using AgentMesh.AuthServer.Tokens;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;
using BuiltIn = OpenIddict.Server.OpenIddictServerHandlers;

namespace AgentMesh.AuthServer.Requests;

/// <summary>No parameter more than once (RFC 6749 §3.2), none longer than anything honest. One token has one audience.</summary>
internal sealed class RequireSingleParameters :
    IOpenIddictServerHandler<ValidateTokenRequestContext>,
    IOpenIddictServerHandler<ValidateIntrospectionRequestContext>,
    IOpenIddictServerHandler<ValidateRevocationRequestContext>
{
    public static OpenIddictServerHandlerDescriptor Token { get; } =
        HandlerOrder.At<ValidateTokenRequestContext, RequireSingleParameters>(BuiltIn.Exchange.ValidateGrantType.Descriptor.Order - 500);

    public static OpenIddictServerHandlerDescriptor Introspection { get; } =
        HandlerOrder.At<ValidateIntrospectionRequestContext, RequireSingleParameters>(BuiltIn.Introspection.ValidateTokenParameter.Descriptor.Order - 500);

    public static OpenIddictServerHandlerDescriptor Revocation { get; } =
        HandlerOrder.At<ValidateRevocationRequestContext, RequireSingleParameters>(BuiltIn.Revocation.ValidateTokenParameter.Descriptor.Order - 500);

    public ValueTask HandleAsync(ValidateTokenRequestContext context) => Check(context, context.Request);

    public ValueTask HandleAsync(ValidateIntrospectionRequestContext context) => Check(context, context.Request);

    public ValueTask HandleAsync(ValidateRevocationRequestContext context) => Check(context, context.Request);

    private static ValueTask Check(BaseValidatingContext context, OpenIddictRequest request)
    {
        foreach (var (name, parameter) in request.GetParameters())
        {
            if ((string?)parameter is not { } value)
            {
                return name is Parameters.Audience or Parameters.Resource
                    ? context.Refuse(Errors.InvalidTarget, "many_targets", $"A token has one audience: send one {name}.")
                    : context.Refuse(Errors.InvalidRequest, "repeated_parameter", "A parameter is repeated or empty.");
            }
            if (value.Length > AccessTokenReader.MaxLength)
            {
                return context.Refuse(Errors.InvalidRequest, "parameter_too_long", "A parameter is longer than 8192 characters.");
            }
        }
        return ValueTask.CompletedTask;
    }
}
