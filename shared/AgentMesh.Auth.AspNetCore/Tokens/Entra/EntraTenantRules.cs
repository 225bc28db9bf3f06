using System.Buffers.Text;
using System.Collections.Frozen;
using System.Runtime.InteropServices;

namespace AgentMesh.Auth.AspNetCore;

/// <summary>
/// One tenant of Microsoft Entra ID: an application's own token (RS256, <c>typ</c> JWT) for this agent, from an application that the configuration
/// makes a party of the mesh. Such a token is bound to no certificate, so that it is good only on that very party's connection.
/// </summary>
internal sealed class EntraTenantRules : ITokenRules
{
    private readonly string _tenant;
    private readonly EntraTokenOptions _options;
    private readonly FrozenDictionary<string, EntraCaller> _callers;

    public EntraTenantRules(string tenant, IEnumerable<KeyValuePair<string, EntraCallerOptions>> callers, EntraTokenOptions options, MeshIdentity identity, IssuerKeys keys)
    {
        (_tenant, _options, Keys) = (tenant, options, keys);
        Issuer = EntraIssuer.For(options.Instance, tenant, options.TokenVersion).Name;
        _callers = callers.ToFrozenDictionary(static c => c.Value.ClientId!, c => new EntraCaller(c.Key, options.Roles, identity), StringComparer.Ordinal);
    }

    public string Issuer { get; }

    public IssuerKeys Keys { get; }

    public string? ReadKeyId(in CompactToken token, out string? keyId) => token.ReadKeyId("JWT"u8, "RS256"u8, out keyId);

    public string? ReadClaims(ReadOnlySpan<byte> payload, ReadOnlySpan<char> text, in TokenHash hash, IssuerKey key, out VerifiedToken? verified)
    {
        verified = null;
        if (EntraClaims.TryRead(payload, _options.TokenVersion) is not { } claims)
            return DecisionReason.TokenMalformed;
        if (Check(claims) is { } fault)
            return fault;
        if (!_callers.TryGetValue(claims.Client, out var caller))
            return DecisionReason.CallerUnknown;
        verified = new VerifiedToken
        {
            Hash = hash,
            // The authorization server takes no token of another issuer: what this agent calls while it serves the request, it calls for itself.
            ForExchange = null,
            Key = key,
            Keys = Keys,
            Subject = caller.SpiffeId,
            ClientId = caller.SpiffeId,
            Actors = [],
            Scopes = caller.ScopesOf(claims.Roles),
            TokenId = claims.TokenId ?? Base64Url.EncodeToString(MemoryMarshal.AsBytes(new ReadOnlySpan<TokenHash>(in hash))),
            TransactionId = null,
            Ancestors = [],
            IsBound = false,
            Thumbprint = null,
            IssuedAt = claims.IssuedAt,
            NotBefore = claims.NotBefore ?? claims.IssuedAt,
            ExpiresAt = claims.ExpiresAt,
            Approved = ApprovedActions.None,
        };
        return null;
    }

    private string? Check(EntraClaims claims)
    {
        if (claims.Issuer != Issuer || claims.Tenant != _tenant)
            return DecisionReason.TokenIssuer;
        if (claims.Audience is null || !_options.Audiences.Contains(claims.Audience))
            return DecisionReason.TokenAudience;
        if (!claims.IsApplication)
            return DecisionReason.TokenNotApplication;
        if (claims.ProvedBySecret)
            return DecisionReason.TokenClientSecret;
        // What it is bound to is not looked at here, so that it counts as bound to something else.
        if (claims.IsBound)
            return DecisionReason.BindingMismatch;
        return claims.ExpiresAt - claims.IssuedAt > _options.MaxTokenLifetime ? DecisionReason.TokenLifetime : null;
    }
}
