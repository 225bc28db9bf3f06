using System.Text.Json;

namespace AgentMesh.Auth.AspNetCore;

/// <summary>Where an issuer's keys come from, and which of them are good for its tokens.</summary>
internal interface IIssuerKeySource
{
    /// <summary>Whose keys, for the log.</summary>
    string Name { get; }

    /// <summary>Fetches the key set's JSON.</summary>
    /// <returns>The set, or why there is none.</returns>
    Task<(ReadOnlyMemory<byte> Keys, TokenError? Error)> FetchAsync(CancellationToken cancellationToken);

    /// <summary>Makes a key of a JWK; null when it is not one that the issuer's tokens may be signed with.</summary>
    IssuerKey? Read(JsonElement jwk);
}

/// <summary>The mesh's authorization server: ES256, fetched over mTLS.</summary>
internal sealed class MeshKeySource(AuthorizationServer server) : IIssuerKeySource
{
    public string Name => "the authorization server";

    public Task<(ReadOnlyMemory<byte> Keys, TokenError? Error)> FetchAsync(CancellationToken cancellationToken) => server.FetchKeysAsync(cancellationToken);

    public IssuerKey? Read(JsonElement jwk) => IssuerKeyReader.ReadEs256(jwk);
}
