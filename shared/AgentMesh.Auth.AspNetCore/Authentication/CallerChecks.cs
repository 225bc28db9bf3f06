using System.Buffers.Text;
using System.Collections.Frozen;
using System.Security.Cryptography;
using AgentMesh.Manifest;
using AgentMesh.Spiffe;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace AgentMesh.Auth.AspNetCore;

/// <summary>Checks 1 to 5, made in order on every request. The first that fails decides.</summary>
internal sealed class CallerChecks
{
    private const string Bearer = "Bearer ";
    private const string Dpop = DpopNames.Scheme + " ";

    private readonly IX509BundleSource _bundles;
    private readonly AccessTokenValidator _tokens;
    private readonly IRevocationState _revocations;
    private readonly ProofChecks _proofs;
    private readonly TimeProvider _time;
    private readonly bool _takesTokens;
    private readonly FrozenDictionary<string, ScopeSet> _edges;

    public CallerChecks(MeshIdentity identity, IX509BundleSource bundles, AccessTokenValidator tokens, IRevocationState revocations, ProofChecks proofs,
        TimeProvider time, IServicePolicy? policy = null)
    {
        (_bundles, _tokens, _revocations, _proofs, _time) = (bundles, tokens, revocations, proofs, time);
        // A policy can never loosen how an agent is called: that is the manifest's to say.
        policy = identity.Party.Kind == PartyKind.Service ? policy : null;
        _takesTokens = identity.Party.Authentication == EdgeAuthentication.OAuth && policy is null;
        if (_takesTokens && identity.Issuer is null)
        {
            throw new OptionsValidationException(nameof(MeshOptions), typeof(MeshOptions),
                [$"{MeshOptions.Names(nameof(MeshOptions.Issuer))} is not set, but {identity.Party.Name} is called with tokens. Set it to the authorization server's issuer, such as https://127.0.0.1:7443/."]);
        }
        _edges = _takesTokens ? FrozenDictionary<string, ScopeSet>.Empty : EdgesTo(identity, policy);
    }

    public async ValueTask<CallerProof> CheckAsync(HttpContext context)
    {
        var started = _time.GetTimestamp();
        var connection = context.Features.Get<PeerConnection>();
        var peerFault = connection is null ? DecisionReason.PeerMissing : connection.Check(_bundles, _time.GetUtcNow());
        if (peerFault is not null)
            return new CallerProof { Started = started, Connection = connection, Reason = peerFault };

        var peer = connection!.Peer!;
        var authorization = context.Request.Headers.Authorization;
        if (!_takesTokens)
            return CheckEdge(connection, peer, authorization, started);
        if (authorization.Count == 0)
            return new CallerProof { Started = started, Connected = true, Connection = connection, Reason = DecisionReason.TokenMissing };
        if (authorization.Count > 1 || !TryReadToken(authorization, out var text, out var withProof))
            return new CallerProof { Started = started, Connected = true, Connection = connection, Reason = DecisionReason.CredentialMalformed };
        var (token, fault) = await _tokens.ValidateAsync(text, context.RequestAborted).ConfigureAwait(false);
        return new CallerProof
        {
            Started = started,
            Connected = true,
            Connection = connection,
            Token = token,
            WithProof = withProof,
            Scopes = token?.Scopes ?? ScopeSet.Empty,
            Reason = token is null ? fault : FaultOf(context, token, peer, withProof),
        };
    }

    /// <summary>
    /// Checks 1 and 5 of a request that was let in and still runs. Its token may have ended: that was in time when the request began, and
    /// whoever holds the connection's key could begin it again with a newer one.
    /// </summary>
    /// <returns>A reason code, or null.</returns>
    public string? CheckAgain(CallerProof proof) => proof.Connection!.Check(_bundles, _time.GetUtcNow()) ?? CheckRevocation(proof.Peer!, proof.Token);

    // Checks 3 to 5.
    private string? FaultOf(HttpContext context, VerifiedToken token, SpiffePeer peer, bool withProof)
    {
        if (token is { IsBound: true, Thumbprint: null, ProofKey: null })
            return DecisionReason.BindingMissing;
        if (token.Thumbprint is not null && !IsBoundTo(token.Thumbprint, peer))
            return DecisionReason.BindingMismatch;
        if (_proofs.Check(context, token, withProof) is { } fault)
            return fault;
        // For a token that is bound to no certificate this is all that ties it to the connection.
        var caller = peer.Id.ToString();
        if (token.CurrentActor != caller || token.ClientId != caller)
            return DecisionReason.ActorMismatch;
        return CheckRevocation(peer, token);
    }

    private string? CheckRevocation(SpiffePeer peer, VerifiedToken? token)
    {
        var caller = peer.Id.ToString();
        return _revocations.Check(token is null
            ? new RevocationSubject(caller, caller, [], null, [], null, peer.NotBefore)
            : new RevocationSubject(caller, token.Subject, token.Actors, token.TokenId, token.Ancestors, token.TransactionId, token.IssuedAt));
    }

    private CallerProof CheckEdge(PeerConnection connection, SpiffePeer peer, StringValues credentials, long started)
    {
        var caller = peer.Id.ToString();
        var scopes = ScopeSet.Empty;
        // Somebody who sends a token here means to talk to somebody else: it is neither used nor passed over.
        var reason = credentials.Count > 0 ? DecisionReason.CredentialNotAccepted
            : !_edges.TryGetValue(caller, out scopes) ? DecisionReason.EdgeUnknown
            : CheckRevocation(peer, token: null);
        return new CallerProof { Started = started, Connected = true, Connection = connection, Scopes = reason is null ? scopes! : ScopeSet.Empty, Reason = reason };
    }

    private static bool IsBoundTo(ReadOnlySpan<byte> thumbprint, SpiffePeer peer)
    {
        Span<byte> proven = stackalloc byte[SHA256.HashSizeInBytes];
        return Base64Url.TryDecodeFromChars(peer.Thumbprint, proven, out var length)
            && CryptographicOperations.FixedTimeEquals(thumbprint, proven[..length]);
    }

    private static bool TryReadToken(string? header, out ReadOnlyMemory<char> token, out bool withProof)
    {
        (token, withProof) = (default, false);
        if (header is null)
            return false;
        if (header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
        {
            token = header.AsMemory(Bearer.Length);
            return true;
        }
        withProof = header.StartsWith(Dpop, StringComparison.OrdinalIgnoreCase);
        token = withProof ? header.AsMemory(Dpop.Length) : default;
        return withProof;
    }

    private static FrozenDictionary<string, ScopeSet> EdgesTo(MeshIdentity identity, IServicePolicy? policy)
    {
        var manifest = identity.Manifest;
        Dictionary<string, ScopeSet> edges = new(StringComparer.Ordinal);
        foreach (var party in manifest.Agents.Values.Concat(manifest.Operators.Values).Concat(manifest.Services.Values))
        {
            if (policy is not null)
            {
                if (policy.ScopesOf(party) is { Length: > 0 } scopes)
                    edges[party.SpiffeId] = ScopeSet.Of(scopes.Split(' '));
            }
            else if (party.Calls.TryGetValue(identity.Party.Name, out var edge))
            {
                edges[party.SpiffeId] = ScopeSet.Of(edge.Scopes);
            }
        }
        return edges.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
