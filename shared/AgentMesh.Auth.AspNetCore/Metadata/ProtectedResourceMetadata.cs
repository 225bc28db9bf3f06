using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using AgentMesh.Manifest;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace AgentMesh.Auth.AspNetCore.Metadata;

/// <summary>
/// What a client needs to know to call this agent (RFC 9728 §2). <c>resource</c> is the agent's SPIFFE ID, which is what tokens are asked for with;
/// it does not change with the address the agent is reached at.
/// </summary>
internal sealed record ProtectedResourceMetadata(
    [property: JsonPropertyName("resource")] string Resource,
    [property: JsonPropertyName("resource_name")] string Name,
    [property: JsonPropertyName("authorization_servers")] IReadOnlyList<string>? AuthorizationServers,
    [property: JsonPropertyName("scopes_supported")] IReadOnlyList<string> Scopes,
    [property: JsonPropertyName("bearer_methods_supported")] IReadOnlyList<string>? BearerMethods,
    [property: JsonPropertyName("tls_client_certificate_bound_access_tokens")] bool BoundTokens,
    [property: JsonPropertyName(DpopNames.AlgorithmsSupported)] IReadOnlyList<string>? ProofAlgorithms)
{
    public const string Path = "/.well-known/oauth-protected-resource";

    public static ProtectedResourceMetadata Of(IServiceProvider services) => Of(
        services.GetRequiredService<MeshIdentity>(),
        services.GetService<IServicePolicy>() is not null,
        services.GetRequiredService<AcceptedEntraTokens>().Rules?.Issuers ?? []);

    private static ProtectedResourceMetadata Of(MeshIdentity identity, bool hasServicePolicy, IEnumerable<string> otherIssuers)
    {
        var takesTokens = identity.Party.Authentication == EdgeAuthentication.OAuth && !(hasServicePolicy && identity.Party.Kind == PartyKind.Service);
        return new(identity.Id.ToString(), identity.Party.Name, takesTokens ? [identity.Issuer!, .. otherIssuers] : null,
            [.. identity.Manifest.ScopesOf(identity.Party.Name).Order(StringComparer.Ordinal)], takesTokens ? ["header"] : null, takesTokens,
            takesTokens ? [DpopNames.Algorithm] : null);
    }

    /// <summary>Where this document is, from the connection's own address: what a request says in Host or X-Forwarded-Host plays no part.</summary>
    public static string AddressFor(HttpContext context)
    {
        var connection = context.Connection;
        var host = connection.LocalIpAddress is { } ip ? new IPEndPoint(ip.IsIPv4MappedToIPv6 ? ip.MapToIPv4() : ip, connection.LocalPort).ToString() : "localhost";
        return $"https://{host}{Path}";
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ProtectedResourceMetadata))]
internal sealed partial class MetadataJson : JsonSerializerContext;
