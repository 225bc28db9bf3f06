using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace AgentMesh.Auth.AspNetCore;

/// <summary>
/// The part of check 3 that is RFC 9449 §7: a token that is bound to a key comes with the scheme DPoP and with a proof of that key, made for this request and this
/// token, now, and not used before. A token that is bound to none comes as Bearer.
/// </summary>
internal sealed class ProofChecks(OwnAddress address, UsedProofs used, IOptions<AgentServerOptions> options, TimeProvider time)
{
    private readonly TimeSpan _window = options.Value.ProofWindow;

    /// <param name="context">The request.</param>
    /// <param name="token">Its token, which is this issuer's and not over.</param>
    /// <param name="withProof">Whether the token came with the scheme DPoP.</param>
    /// <returns>A reason code, or null.</returns>
    public string? Check(HttpContext context, VerifiedToken token, bool withProof) => (token.ProofKey, withProof) switch
    {
        (null, false) => null,
        (null, true) => DecisionReason.ProofNotBound,
        (_, false) => DecisionReason.ProofRequired,
        _ => CheckProof(context, token),
    };

    private string? CheckProof(HttpContext context, VerifiedToken token)
    {
        var sent = context.Request.Headers[DpopNames.Header];
        if (sent.Count != 1)
            return sent.Count == 0 ? DecisionReason.ProofMissing : DecisionReason.ProofRepeated;
        var proof = DpopProof.Read(sent[0], token.ProvenWith, out var fault);
        if (proof is null)
            return fault;
        if (!string.Equals(proof.Key.Thumbprint, token.ProofKey, StringComparison.Ordinal))
            return DecisionReason.ProofKeyMismatch;
        token.ProvenWith = proof.Key;

        var now = time.GetUtcNow();
        if (proof.Check(context.Request.Method, now, _window) is { } madeForAnother)
            return madeForAnother;
        if (!address.IsNamedBy(proof, context))
            return DecisionReason.ProofAddress;
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        token.Hash.WriteTo(hash);
        if (!proof.IsForToken(hash))
            return DecisionReason.ProofToken;
        return used.Use(proof, token.ClientId, now, _window);
    }
}
