using System.Buffers;
using System.Text.Json;
using Microsoft.Extensions.Options;

namespace AgentMesh.Auth.AspNetCore;

/// <summary>
/// Check 2: an access token is a JWT of the issuer (RFC 9068 §4) for this party alone, and its time has come and not ended. A token already
/// seen skips the signature, nothing else.
/// </summary>
internal sealed class AccessTokenValidator
{
    public const int MaxLength = 16 * 1024;

    private readonly string _issuer;
    private readonly string _audience;
    private readonly TimeSpan _maxLifetime;
    private readonly TimeSpan _skew;
    private readonly IssuerKeys _keys;
    private readonly TimeProvider _time;
    private readonly VerifiedTokens _verified;

    public AccessTokenValidator(MeshIdentity identity, IssuerKeys keys, IOptions<AgentServerOptions> options, TimeProvider time)
    {
        // Without an issuer there is nothing a token could match; the server refuses to start before it comes to that.
        (_issuer, _audience) = (identity.Issuer ?? "", identity.Id.ToString());
        (_maxLifetime, _skew) = (identity.Manifest.Lifetimes.AccessToken, options.Value.ClockSkew);
        (_keys, _time, _verified) = (keys, time, new VerifiedTokens(options.Value.VerifiedTokens));
    }

    /// <summary>The token's claims, or the reason code why it is refused.</summary>
    public ValueTask<(VerifiedToken? Token, string? Reason)> ValidateAsync(ReadOnlyMemory<char> token, CancellationToken cancellationToken)
    {
        if (token.Length is 0 or > MaxLength)
            return new((null, DecisionReason.TokenMalformed));
        var hash = TokenHash.Of(token.Span);
        if (_verified.Find(hash) is not { } known)
            return VerifyAsync(token, hash, cancellationToken);
        if (_keys.IsUsable(known.Key))
            return new(CheckTime(known));
        _verified.Forget(hash);
        return VerifyAsync(token, hash, cancellationToken);
    }

    private async ValueTask<(VerifiedToken? Token, string? Reason)> VerifyAsync(ReadOnlyMemory<char> token, TokenHash hash, CancellationToken cancellationToken)
    {
        if (ReadKeyId(token.Span, out var keyId) is { } headerFault)
            return (null, headerFault);
        if (!_keys.TryFind(keyId!, out var key))
        {
            (key, var keyFault) = await _keys.FindAsync(keyId!, cancellationToken).ConfigureAwait(false);
            if (key is null)
                return (null, keyFault);
        }
        if (Verify(token.Span, hash, key!, out var verified) is { } fault)
            return (null, fault);
        var (usable, timeFault) = CheckTime(verified!);
        if (usable is not null)
            _verified.Add(usable, _time.GetUtcNow());
        return (usable, timeFault);
    }

    private (VerifiedToken? Token, string? Reason) CheckTime(VerifiedToken token)
    {
        var now = _time.GetUtcNow();
        if (now >= token.ExpiresAt)
            return (null, DecisionReason.TokenExpired);
        if (now + _skew < token.NotBefore || now + _skew < token.IssuedAt)
            return (null, DecisionReason.TokenNotYetValid);
        return (token, null);
    }

    private static string? ReadKeyId(ReadOnlySpan<char> token, out string? keyId)
    {
        keyId = null;
        return CompactToken.TrySplit(token, out var parts) ? parts.ReadKeyId("at+jwt"u8, out keyId) : DecisionReason.TokenMalformed;
    }

    private string? Verify(ReadOnlySpan<char> token, TokenHash hash, IssuerKey key, out VerifiedToken? verified)
    {
        verified = null;
        CompactToken.TrySplit(token, out var parts);
        var rented = ArrayPool<byte>.Shared.Rent(token.Length * 2);
        try
        {
            return parts.Verify(key, rented, out var payload)
                ?? CheckClaims(TokenClaims.TryRead(payload), token, hash, key, out verified);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return DecisionReason.TokenMalformed;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented, clearArray: true);
        }
    }

    private string? CheckClaims(TokenClaims? claims, ReadOnlySpan<char> token, TokenHash hash, IssuerKey key, out VerifiedToken? verified)
    {
        verified = null;
        if (claims is null)
            return DecisionReason.TokenMalformed;
        if (claims.Issuer != _issuer)
            return DecisionReason.TokenIssuer;
        if (claims.Audience != _audience)
            return DecisionReason.TokenAudience;
        if (claims is not { Subject: { } subject, ClientId: { } client, TokenId: { } tokenId, IssuedAt: { } issuedAt, ExpiresAt: { } expiresAt }
            || !ScopeSet.TryParse(claims.Scope, out var scopes))
        {
            return DecisionReason.TokenMalformed;
        }
        if (expiresAt - issuedAt > _maxLifetime)
            return DecisionReason.TokenLifetime;
        verified = new VerifiedToken
        {
            Token = new SubjectToken(token.ToString(), hash, expiresAt),
            Key = key,
            Subject = subject,
            ClientId = client,
            Actors = claims.Actors,
            Scopes = scopes,
            TokenId = tokenId,
            TransactionId = claims.TransactionId,
            Ancestors = claims.Ancestors,
            Thumbprint = claims.Thumbprint,
            IssuedAt = issuedAt,
            NotBefore = claims.NotBefore ?? issuedAt,
            ExpiresAt = expiresAt,
            Approved = ApprovedActions.Read(claims.AuthorizationDetails),
        };
        return null;
    }
}
