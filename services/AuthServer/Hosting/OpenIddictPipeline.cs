using System.Security.Cryptography;
using AgentMesh.AuthServer.Approval;
using AgentMesh.AuthServer.ClientAuthentication;
using AgentMesh.AuthServer.Discovery;
using AgentMesh.AuthServer.Dpop;
using AgentMesh.AuthServer.Exchange;
using AgentMesh.AuthServer.Introspection;
using AgentMesh.AuthServer.Requests;
using AgentMesh.AuthServer.Revocation;
using AgentMesh.AuthServer.Telemetry;
using AgentMesh.AuthServer.Tokens;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;
using BuiltIn = OpenIddict.Server.OpenIddictServerHandlers;
using OverHttp = OpenIddict.Server.AspNetCore.OpenIddictServerAspNetCoreHandlers;

namespace AgentMesh.AuthServer.Hosting;

/// <summary>
/// OpenIddict as this server uses it: its endpoints, parameter rules and responses, with every decision in a handler of this
/// server. Degraded mode leaves out OpenIddict's application and token tables: the manifest is the client registry, and tokens
/// carry their state, so an exchange costs no round trip to the database however many clients there are.
/// </summary>
internal static class OpenIddictPipeline
{
    private static readonly OpenIddictServerHandlerDescriptor[] Handlers =
    [
        StartSpan.Descriptor, OverHttp.ExtractPostRequest<ExtractIntrospectionRequestContext>.Descriptor,
        RequireSingleParameters.Token, RequireSingleParameters.Introspection, RequireSingleParameters.Revocation,
        ReadPeerSvid.Descriptor, ValidateSpiffeAssertion.Descriptor, RequireClient.Descriptor, RequireRegisteredClient.Descriptor,
        ReadDpopProof.Descriptor, RequireSenderConstraint.Descriptor,
        ReadSubjectToken.Descriptor, ReadActorToken.Descriptor, ReadPresentedToken.Descriptor,
        ResolveTarget.Descriptor, ApplyEdgePolicy.Descriptor, LimitDelegation.Descriptor, RedeemApproval.Descriptor, GrantAccess.Descriptor, AttachAccessToken.Descriptor,
        DescribeToken.Descriptor, RevokePresentedToken.Descriptor,
        AttachMeshMetadata.Descriptor, FinishDiscovery.Configuration, FinishDiscovery.JsonWebKeySet,
        RecordDecision.Token, RecordDecision.Introspection, RecordDecision.Revocation,
    ];

    // Contexts in which this server's handlers take the place of OpenIddict's; its dispatching ones are listed below.
    private static readonly HashSet<Type> Replaced =
    [
        typeof(ProcessAuthenticationContext), typeof(ProcessSignInContext), typeof(ValidateTokenContext), typeof(GenerateTokenContext),
        typeof(HandleTokenRequestContext), typeof(HandleIntrospectionRequestContext), typeof(HandleRevocationRequestContext),
    ];

    private static readonly HashSet<OpenIddictServerHandlerDescriptor> Kept = [BuiltIn.Exchange.ApplyTokenResponse<ProcessSignInContext>.Descriptor];

    // They look at principals that this server does not make, at lists that the manifest replaces, or describe OpenID Connect.
    private static readonly HashSet<OpenIddictServerHandlerDescriptor> Dropped =
    [
        BuiltIn.Exchange.ValidateAuthorizedParty.Descriptor,
        BuiltIn.Exchange.ValidateAudienceParameter.Descriptor, BuiltIn.Exchange.ValidateResourceParameter.Descriptor,
        BuiltIn.Exchange.ValidateScopes.Descriptor, BuiltIn.Exchange.ValidateAudiences.Descriptor, BuiltIn.Exchange.ValidateResources.Descriptor,
        // A token does not belong into a query (RFC 7662 §2.1).
        OverHttp.ExtractGetOrPostRequest<ExtractIntrospectionRequestContext>.Descriptor,
        BuiltIn.Introspection.ValidateTokenType.Descriptor, BuiltIn.Introspection.ValidateAuthorizedParty.Descriptor,
        BuiltIn.Revocation.ValidateTokenType.Descriptor, BuiltIn.Revocation.ValidateAuthorizedParty.Descriptor,
        BuiltIn.Discovery.AttachScopes.Descriptor, BuiltIn.Discovery.AttachClaims.Descriptor, BuiltIn.Discovery.AttachSubjectTypes.Descriptor,
        BuiltIn.Discovery.AttachPromptValues.Descriptor, BuiltIn.Discovery.AttachSigningAlgorithms.Descriptor,
        BuiltIn.Discovery.AttachSecurityRequirements.Descriptor, BuiltIn.Discovery.AttachAdditionalMetadata.Descriptor,
    ];

    // Endpoints that this server does not have: their handlers would only be passed over, on every request.
    private static readonly HashSet<Type?> OtherEndpoints = [typeof(BuiltIn.Authentication), typeof(BuiltIn.Device), typeof(BuiltIn.Session), typeof(BuiltIn.UserInfo)];

    public static IServiceCollection AddTokenPipeline(this IServiceCollection services, Issuer issuer)
    {
        services.AddOpenIddict().AddServer(server =>
        {
            server.EnableDegradedMode()
                .SetIssuer(issuer.Uri)
                .SetTokenEndpointUris("token")
                .SetIntrospectionEndpointUris("introspect")
                .SetRevocationEndpointUris("revoke")
                .SetJsonWebKeySetEndpointUris("jwks")
                .SetConfigurationEndpointUris(".well-known/oauth-authorization-server")
                .AllowTokenExchangeFlow()
                .AllowCustomFlow(ApprovalGrant.GrantType)
                .DisableAccessTokenEncryption()
                // OpenIddict insists on one; nothing is ever encrypted with it.
                .AddEncryptionKey(new SymmetricSecurityKey(RandomNumberGenerator.GetBytes(32)));
            server.UseAspNetCore().SuppressJsonResponseIndentation();
            foreach (var handler in Handlers)
            {
                server.AddEventHandler(handler);
            }
            server.Configure(Configure);
        });
        services.AddSingleton<SigningKeyOptions>();
        services.AddSingleton<Microsoft.Extensions.Options.IConfigureOptions<OpenIddictServerOptions>>(provider => provider.GetRequiredService<SigningKeyOptions>());
        services.AddSingleton<Microsoft.Extensions.Options.IOptionsChangeTokenSource<OpenIddictServerOptions>>(provider => provider.GetRequiredService<SigningKeyOptions>());
        return services;
    }

    private static void Configure(OpenIddictServerOptions options)
    {
        options.ClientAuthenticationMethods.Clear();
        options.ClientAuthenticationMethods.UnionWith([SpiffeAssertion.X509Method, SpiffeAssertion.JwtMethod]);
        options.ClientAssertionTypes.Clear();
        options.ClientAssertionTypes.Add(SpiffeAssertion.AssertionType);
        options.SubjectTokenTypes.Clear();
        options.SubjectTokenTypes.UnionWith([TokenTypeIdentifiers.AccessToken, SubjectTokenTypes.Jwt]);
        options.ActorTokenTypes.Clear();
        options.ActorTokenTypes.Add(SubjectTokenTypes.Jwt);
        options.RequestedTokenTypes.Clear();
        options.RequestedTokenTypes.Add(TokenTypeIdentifiers.AccessToken);
        options.DefaultRequestedTokenType = TokenTypeIdentifiers.AccessToken;
        options.Handlers.RemoveAll(handler => handler.Type == OpenIddictServerHandlerType.BuiltIn
            && (Dropped.Contains(handler) || OtherEndpoints.Contains(handler.ServiceDescriptor.ServiceType.DeclaringType) || (Replaced.Contains(handler.ContextType) && !Kept.Contains(handler))));
    }
}
