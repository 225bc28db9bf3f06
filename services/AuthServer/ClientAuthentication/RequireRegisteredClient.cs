using AgentMesh.AuthServer.Requests;
using AgentMesh.AuthServer.Revocation;
using AgentMesh.Manifest;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace AgentMesh.AuthServer.ClientAuthentication;

/// <summary>The manifest is the client registry: of its own trust domain, named in it, and not disabled by an operator.</summary>
internal sealed class RequireRegisteredClient(MeshManifest manifest, RevocationList revocations) : IOpenIddictServerHandler<ProcessAuthenticationContext>
{
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } =
        HandlerOrder.After<ProcessAuthenticationContext, RequireRegisteredClient>(RequireClient.Descriptor);

    public ValueTask HandleAsync(ProcessAuthenticationContext context)
    {
        var request = ServerRequest.Of(context.Transaction);
        var client = request.Client!;
        if (!string.Equals(client.TrustDomain.Name, manifest.TrustDomain, StringComparison.Ordinal))
        {
            return context.Refuse(Errors.InvalidClient, "foreign_trust_domain", $"Only workloads of the trust domain {manifest.TrustDomain} are clients of this server.");
        }
        if (!manifest.TryGetParty(client.ToString(), out var party))
        {
            return context.Refuse(Errors.UnauthorizedClient, "unknown_client", "The client is not in the manifest.");
        }
        if (revocations.IsDisabled(party.SpiffeId))
        {
            return context.Refuse(Errors.UnauthorizedClient, "client_disabled", $"The {party} is disabled.");
        }
        request.Party = party;
        return ValueTask.CompletedTask;
    }
}
