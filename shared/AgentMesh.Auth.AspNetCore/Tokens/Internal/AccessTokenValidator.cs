using System.Buffers;
using System.Text.Json;
using Microsoft.Extensions.Options;

namespace AgentMesh.Auth.AspNetCore;

/// <summary>
/// Check 2: an access token is a JWT of an issuer that this party accepts, by that issuer's rules, and its time has come and not ended. A token
/// already seen skips the signature, nothing else.
/// </summary>
internal sealed class AccessTokenValidator(MeshTokenRules mesh, EntraTokenRules? entra, IOptions<AgentServerOptions> options, TimeProvider time)
{
    public const int MaxLength = 16 * 1024;

    private readonly TimeSpan _skew = options.Value.ClockSkew;
    private readonly VerifiedTokens _verified = new(options.Value.VerifiedTokens);

    /// <summary>The token's claims, or the reason code why it is refused.</summary>
    public ValueTask<(VerifiedToken? Token, string? Reason)> ValidateAsync(ReadOnlyMemory<char> token, CancellationToken cancellationToken)
    {
        if (token.Length is 0 or > MaxLength)
            return new((null, DecisionReason.TokenMalformed));
        var hash = TokenHash.Of(token.Span);
        if (_verified.Find(hash) is not { } known)
            return VerifyAsync(token, hash, cancellationToken);
        if (known.Keys.IsUsable(known.Key))
            return new(CheckTime(known));
        _verified.Forget(hash);
        return VerifyAsync(token, hash, cancellationToken);
    }

    private async ValueTask<(VerifiedToken? Token, string? Reason)> VerifyAsync(ReadOnlyMemory<char> token, TokenHash hash, CancellationToken cancellationToken)
    {
        if (ReadHeader(token.Span, out var rules, out var keyId) is { } headerFault)
            return (null, headerFault);
        if (!rules!.Keys.TryFind(keyId!, out var key))
        {
            (key, var keyFault) = await rules.Keys.FindAsync(keyId!, cancellationToken).ConfigureAwait(false);
            if (key is null)
                return (null, keyFault);
        }
        if (Verify(token.Span, hash, rules, key!, out var verified) is { } fault)
            return (null, fault);
        var (usable, timeFault) = CheckTime(verified!);
        if (usable is not null)
            _verified.Add(usable, time.GetUtcNow());
        return (usable, timeFault);
    }

    private (VerifiedToken? Token, string? Reason) CheckTime(VerifiedToken token)
    {
        var now = time.GetUtcNow();
        if (now >= token.ExpiresAt)
            return (null, DecisionReason.TokenExpired);
        if (now + _skew < token.NotBefore || now + _skew < token.IssuedAt)
            return (null, DecisionReason.TokenNotYetValid);
        return (token, null);
    }

    private string? ReadHeader(ReadOnlySpan<char> token, out ITokenRules? rules, out string? keyId)
    {
        (rules, keyId) = (mesh, null);
        if (!CompactToken.TrySplit(token, out var parts))
            return DecisionReason.TokenMalformed;
        if (entra is not null && entra.ForIssuer(parts.PeekIssuer()) is { } tenant)
            rules = tenant;
        return rules.ReadKeyId(parts, out keyId);
    }

    private static string? Verify(ReadOnlySpan<char> token, TokenHash hash, ITokenRules rules, IssuerKey key, out VerifiedToken? verified)
    {
        verified = null;
        CompactToken.TrySplit(token, out var parts);
        var rented = ArrayPool<byte>.Shared.Rent(token.Length * 2);
        try
        {
            return parts.Verify(key, rented, out var payload) ?? rules.ReadClaims(payload, token, hash, key, out verified);
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
}
