using System.Diagnostics;
using System.Text.Json;
using AgentMesh.AuthServer.ClientAuthentication;
using AgentMesh.AuthServer.Exchange;
using AgentMesh.AuthServer.Tokens;
using AgentMesh.Manifest;
using AgentMesh.Spiffe;
using Microsoft.AspNetCore;
using OpenIddict.Server;

namespace AgentMesh.AuthServer.Requests;

/// <summary>What the handlers have established so far about one request. Each fact is set by one handler and only read after it.</summary>
internal sealed class ServerRequest(HttpContext http, long startedAt)
{
    public HttpContext Http => http;

    /// <summary>Timestamp of the injected clock.</summary>
    public long StartedAt => startedAt;

    public Activity? Activity { get; set; }

    /// <summary>Who holds the X509-SVID on this connection; null: nobody proved anything in the handshake.</summary>
    public PeerSvid? Peer { get; set; }

    /// <summary>Subject of a valid client assertion.</summary>
    public SpiffeId? AssertionSubject { get; set; }

    /// <summary>The authenticated client.</summary>
    public SpiffeId? Client { get; set; }

    /// <summary>The client as the manifest knows it.</summary>
    public Party? Party { get; set; }

    public SubjectToken? Subject { get; set; }

    /// <summary>The token that introspection or revocation is about, if it is valid.</summary>
    public AccessToken? Presented { get; set; }

    /// <summary>Thumbprint of the key that a DPoP proof for this request was signed with.</summary>
    public string? ProofKey { get; set; }

    public Party? Callee { get; set; }

    /// <summary>What is granted, space-delimited.</summary>
    public string? GrantedScope { get; set; }

    /// <summary>The client asks for a person's approval of this exchange, not for its token.</summary>
    public bool SeeksApproval { get; set; }

    /// <summary>What a person approved (RFC 9396).</summary>
    public JsonElement? AuthorizationDetails { get; set; }

    /// <summary>The approval that the token to be issued uses up.</summary>
    public string? Redeemed { get; set; }

    /// <summary>Name of the task where no parent token says it.</summary>
    public string? TransactionId { get; set; }

    /// <summary>The token that is asked about by its <c>jti</c> alone.</summary>
    public string? TokenId { get; set; }

    /// <summary>The party that is disabled or enabled.</summary>
    public string? Concerned { get; set; }

    /// <summary>Why the client asks for it, in its own words.</summary>
    public string? Cause { get; set; }

    public AccessToken? Issued { get; set; }

    /// <summary>Why the request is refused: a stable code for audit and metrics.</summary>
    public string? Reason { get; set; }

    /// <summary>How the client authenticated, as audit events call it.</summary>
    public string Authentication => (Peer, AssertionSubject) switch
    {
        (null, null) => "none",
        (null, _) => ProofKey is null ? "jwt-svid" : "jwt-svid+dpop",
        (_, null) => ProofKey is null ? "mtls" : "mtls+dpop",
        _ => ProofKey is null ? "mtls+jwt-svid" : "mtls+jwt-svid+dpop",
    };

    /// <summary>The request that a transaction belongs to; made when first asked for.</summary>
    public static ServerRequest Of(OpenIddictServerTransaction transaction)
    {
        if (transaction.GetProperty<ServerRequest>(nameof(ServerRequest)) is { } known)
        {
            return known;
        }
        var http = transaction.GetHttpRequest()?.HttpContext ?? throw new InvalidOperationException("The transaction belongs to no HTTP request.");
        var request = new ServerRequest(http, transaction.Options.TimeProvider!.GetTimestamp());
        transaction.SetProperty(nameof(ServerRequest), request);
        return request;
    }
}
