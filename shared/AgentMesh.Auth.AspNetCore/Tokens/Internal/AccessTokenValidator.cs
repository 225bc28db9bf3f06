using System.Buffers;
using System.Buffers.Text;
using System.Text;
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
        if (!TrySplit(token, out var header, out _, out _))
            return DecisionReason.TokenMalformed;
        Span<byte> json = stackalloc byte[1024];
        if (header.Length > 1024 || Base64Url.DecodeFromChars(header, json, out _, out var length) != OperationStatus.Done)
            return DecisionReason.TokenMalformed;
        try
        {
            var fault = TokenHeader.Read(json[..length], out var read);
            keyId = read.KeyId;
            return fault;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return DecisionReason.TokenMalformed;
        }
    }

    private string? Verify(ReadOnlySpan<char> token, TokenHash hash, IssuerKey key, out VerifiedToken? verified)
    {
        verified = null;
        TrySplit(token, out var header, out var payload, out var signature);
        var rented = ArrayPool<byte>.Shared.Rent(token.Length * 2);
        try
        {
            var signed = token[..(header.Length + 1 + payload.Length)];
            if (!Ascii.IsValid(token) || Encoding.ASCII.GetBytes(signed, rented) != signed.Length)
                return DecisionReason.TokenMalformed;
            Span<byte> signatureBytes = stackalloc byte[96];
            if (signature.Length > 100 || Base64Url.DecodeFromChars(signature, signatureBytes, out _, out var signatureLength) != OperationStatus.Done)
                return DecisionReason.TokenSignature;
            if (!key.Verify(rented.AsSpan(0, signed.Length), signatureBytes[..signatureLength]))
                return DecisionReason.TokenSignature;
            var json = rented.AsSpan(signed.Length);
            if (Base64Url.DecodeFromChars(payload, json, out _, out var length) != OperationStatus.Done)
                return DecisionReason.TokenMalformed;
            return CheckClaims(TokenClaims.TryRead(json[..length]), token, hash, key, out verified);
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
            Thumbprint = claims.Thumbprint,
            IssuedAt = issuedAt,
            NotBefore = claims.NotBefore ?? issuedAt,
            ExpiresAt = expiresAt,
            AuthorizationDetails = claims.AuthorizationDetails,
        };
        return null;
    }

    private static bool TrySplit(ReadOnlySpan<char> token, out ReadOnlySpan<char> header, out ReadOnlySpan<char> payload, out ReadOnlySpan<char> signature)
    {
        header = payload = signature = default;
        var first = token.IndexOf('.');
        var last = token.LastIndexOf('.');
        if (first <= 0 || last <= first + 1 || last == token.Length - 1 || token[(first + 1)..last].Contains('.'))
            return false;
        header = token[..first];
        payload = token[(first + 1)..last];
        signature = token[(last + 1)..];
        return true;
    }
}
