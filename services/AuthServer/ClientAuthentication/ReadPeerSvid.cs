using AgentMesh.AuthServer.Requests;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace AgentMesh.AuthServer.ClientAuthentication;

/// <summary>A client certificate, if there is one, must authenticate a workload now.</summary>
internal sealed class ReadPeerSvid(PeerSvidReader reader) : IOpenIddictServerHandler<ProcessAuthenticationContext>
{
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } =
        HandlerOrder.At<ProcessAuthenticationContext, ReadPeerSvid>(0);

    public ValueTask HandleAsync(ProcessAuthenticationContext context)
    {
        var request = ServerRequest.Of(context.Transaction);
        if (!reader.TryRead(request.Http, out var peer, out var error) && error is not null)
        {
            return context.Refuse(Errors.InvalidClient, "svid_invalid", $"The client certificate is not a valid X509-SVID: {error}.");
        }
        request.Peer = peer;
        return ValueTask.CompletedTask;
    }
}
