using AgentMesh.Auth;
using AgentMesh.AuthServer.ClientAuthentication;
using AgentMesh.AuthServer.Hosting;
using AgentMesh.AuthServer.Requests;
using AgentMesh.AuthServer.Tokens;
using Microsoft.Extensions.Options;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace AgentMesh.AuthServer.Dpop;

/// <summary>
/// A DPoP proof (RFC 9449 §5), if one is sent, is made for this very request: exactly one, for the address that the issuer gives the endpoint, now, and never used before.
/// The token is then bound to its key.
/// </summary>
internal sealed class ReadDpopProof(Issuer issuer, UsedProofs used, IOptions<AuthServerOptions> options, TimeProvider time) : IOpenIddictServerHandler<ProcessAuthenticationContext>
{
    // Clocks of two instances may differ by as much.
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(1);

    private readonly Uri _token = new(issuer.Uri, "token");
    private readonly Uri _backchannel = new(issuer.Uri, "bc-authorize");

    public static OpenIddictServerHandlerDescriptor Descriptor { get; } =
        HandlerOrder.After<ProcessAuthenticationContext, ReadDpopProof>(RequireRegisteredClient.Descriptor);

    public async ValueTask HandleAsync(ProcessAuthenticationContext context)
    {
        var request = ServerRequest.Of(context.Transaction);
        var sent = request.Http.Request.Headers[DpopNames.Header];
        if (context.EndpointType != OpenIddictServerEndpointType.Token || sent.Count == 0)
        {
            return;
        }
        if (sent.Count > 1)
        {
            await Refuse(context, ProofFault.Repeated);
            return;
        }
        var window = options.Value.ProofWindow;
        var proof = DpopProof.Read(sent[0], known: null, out var fault);
        fault ??= proof!.Check(request.Http.Request.Method, time.GetUtcNow(), window)
            ?? (proof.IsAddressedTo(request.SeeksApproval ? _backchannel : _token) ? null : ProofFault.Address);
        if (fault is null && !await used.TryUseAsync(proof!.Key.Thumbprint, proof.Id, proof.IssuedAt + window + Grace, context.CancellationToken))
        {
            fault = ProofFault.Replayed;
        }
        if (fault is not null)
        {
            await Refuse(context, fault);
            return;
        }
        request.ProofKey = proof!.Key.Thumbprint;
    }

    private static ValueTask Refuse(ProcessAuthenticationContext context, string fault) =>
        context.Refuse(DpopNames.InvalidProof, fault, $"The DPoP proof is refused: {ProofFault.Describe(fault)}.");
}
