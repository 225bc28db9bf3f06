using System.Collections.Immutable;
using AgentMesh.Auth;
using AgentMesh.AuthServer.ClientAuthentication;
using AgentMesh.AuthServer.Requests;
using AgentMesh.AuthServer.Tokens;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;
using BuiltIn = OpenIddict.Server.OpenIddictServerHandlers.Discovery;

namespace AgentMesh.AuthServer.Discovery;

/// <summary>RFC 8414 metadata that OpenIddict does not know of. Every URL follows from the issuer, never from the Host header.</summary>
internal sealed class AttachMeshMetadata(Issuer issuer) : IOpenIddictServerHandler<HandleConfigurationRequestContext>
{
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } =
        HandlerOrder.After<HandleConfigurationRequestContext, AttachMeshMetadata>(BuiltIn.AttachAdditionalMetadata.Descriptor);

    public ValueTask HandleAsync(HandleConfigurationRequestContext context)
    {
        context.Issuer = issuer.Uri;
        context.TokenEndpoint = new Uri(issuer.Uri, "token");
        context.IntrospectionEndpoint = new Uri(issuer.Uri, "introspect");
        context.RevocationEndpoint = new Uri(issuer.Uri, "revoke");
        context.JsonWebKeySetEndpoint = new Uri(issuer.Uri, "jwks");
        foreach (var methods in (ReadOnlySpan<HashSet<string>>)[context.TokenEndpointAuthenticationMethods, context.IntrospectionEndpointAuthenticationMethods, context.RevocationEndpointAuthenticationMethods])
        {
            methods.Clear();
            methods.Add(SpiffeAssertion.X509Method);
            methods.Add(SpiffeAssertion.JwtMethod);
        }
        context.Metadata["backchannel_authentication_endpoint"] = new Uri(issuer.Uri, "bc-authorize").AbsoluteUri;
        context.Metadata["backchannel_token_delivery_modes_supported"] = ImmutableArray.Create<string?>("poll");
        context.Metadata["backchannel_user_code_parameter_supported"] = false;
        context.Metadata["tls_client_certificate_bound_access_tokens"] = true;
        context.Metadata[DpopNames.AlgorithmsSupported] = ImmutableArray.Create<string?>(DpopNames.Algorithm);
        return ValueTask.CompletedTask;
    }
}
