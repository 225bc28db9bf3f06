using System.Text.Json;

namespace AgentMesh.AuthServer.Tokens;

/// <summary>The claims of an access token that this server issues (RFC 9068, RFC 8693 §4, RFC 8705 §3.1, RFC 9449 §6.1).</summary>
internal sealed record AccessToken
{
    public required string Id { get; init; }
    public required string Subject { get; init; }

    /// <summary>The current actor: who asked for the token and may present it.</summary>
    public required string ClientId { get; init; }

    public required string Audience { get; init; }

    /// <summary>Space-delimited.</summary>
    public required string Scope { get; init; }

    /// <summary>Names the task on every hop.</summary>
    public required string TransactionId { get; init; }

    /// <summary>Newest first; empty when the subject itself is the client.</summary>
    public IReadOnlyList<string> Actors { get; init; } = [];

    /// <summary><c>jti</c> of the tokens that it comes from, nearest first: whoever of them is revoked takes it along.</summary>
    public IReadOnlyList<string> Ancestors { get; init; } = [];

    public required DateTimeOffset IssuedAt { get; init; }
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary><c>cnf.x5t#S256</c>: the X509-SVID that the token is bound to. A token is bound to this, to <see cref="ProofKey"/>, or to both.</summary>
    public string? Thumbprint { get; init; }

    /// <summary><c>cnf.jkt</c>: the key that each use of the token is proven with.</summary>
    public string? ProofKey { get; init; }

    /// <summary><c>token_type</c>: how it is presented.</summary>
    public string Type => ProofKey is null ? OpenIddict.Abstractions.OpenIddictConstants.TokenTypes.Bearer : AgentMesh.Auth.DpopNames.Scheme;

    /// <summary><c>may_act.sub</c>: the only party that may act for the subject with this token.</summary>
    public string? MayAct { get; init; }

    /// <summary>RFC 9396: what exactly was approved.</summary>
    public JsonElement? AuthorizationDetails { get; init; }
}
