using System.Text.Json;
using AgentMesh.WorkloadApi.Authorities;
using AgentMesh.WorkloadApi.Configuration;
using AgentMesh.WorkloadApi.Serving;

namespace AgentMesh.WorkloadApi.Documents;

/// <summary>The plain HTTP documents: what verifiers outside SPIFFE need, the bundle for federation, and health.</summary>
internal static class DocumentEndpoints
{
    public static void MapDocuments(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/.well-known/openid-configuration", WriteDiscoveryAsync);
        endpoints.MapGet("/keys", http => http.WriteJsonAsync(Trust(http).OpenIdKeys));
        endpoints.MapGet("/bundle", http => http.WriteJsonAsync(Trust(http).BundleDocument));
        endpoints.MapGet("/health", WriteReadinessAsync);
        endpoints.MapGet("/alive", http => http.Response.WriteAsync("Healthy"));
    }

    private static TrustSnapshot Trust(HttpContext http) => http.RequestServices.GetRequiredService<TrustState>().Current;

    private static Task WriteDiscoveryAsync(HttpContext http)
    {
        var issuer = http.RequestServices.GetRequiredService<IssuerAddress>().Value;
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("issuer"u8, issuer);
            json.WriteString("jwks_uri"u8, issuer.TrimEnd('/') + "/keys");
            json.WriteString("authorization_endpoint"u8, "");   // required by OpenID Discovery §3; there is none
            WriteArray(json, "response_types_supported", "id_token");
            WriteArray(json, "subject_types_supported", "public");
            WriteArray(json, "id_token_signing_alg_values_supported", "ES256");
            json.WriteEndObject();
        }
        return http.WriteJsonAsync(buffer.ToArray());
    }

    /// <summary>Ready once every listener is, and while the socket is where agents look for it.</summary>
    private static Task WriteReadinessAsync(HttpContext http)
    {
        var lifetime = http.RequestServices.GetRequiredService<IHostApplicationLifetime>();
        var ready = lifetime.ApplicationStarted.IsCancellationRequested
            && !lifetime.ApplicationStopping.IsCancellationRequested
            && File.Exists(http.RequestServices.GetRequiredService<WorkloadApiSettings>().Socket);
        http.Response.StatusCode = ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        return http.Response.WriteAsync(ready ? "Healthy" : "Unhealthy");
    }

    private static void WriteArray(Utf8JsonWriter json, string name, string value)
    {
        json.WriteStartArray(name);
        json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
