using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AgentMesh.Auth.Tests.Entra;

/// <summary>The stand-in's endpoints, where Entra has them.</summary>
internal static class EntraEndpoints
{
    private const string Origin = $"https://{StandInEntra.Host}";

    public static void Map(WebApplication app, StandInEntra entra)
    {
        app.MapGet("/common/discovery/instance", Instance);
        app.MapGet("/{tenant}/v2.0/.well-known/openid-configuration", (string tenant) => Metadata(entra, tenant, 2));
        app.MapGet("/{tenant}/.well-known/openid-configuration", (string tenant) => Metadata(entra, tenant, 1));
        app.MapGet("/{tenant}/discovery/v2.0/keys", (string tenant) => Keys(entra, StandInEntra.IssuerOf(tenant, 2)));
        app.MapGet("/common/discovery/keys", () => Keys(entra, null));
        app.MapPost("/{tenant}/oauth2/v2.0/token", (string tenant, HttpContext context) => TokenAsync(entra, tenant, context));
    }

    private static JsonHttpResult<JsonObject> Instance() => TypedResults.Json(new JsonObject
    {
        ["tenant_discovery_endpoint"] = $"{Origin}/common/v2.0/.well-known/openid-configuration",
        ["api-version"] = "1.1",
        ["metadata"] = new JsonArray(new JsonObject
        {
            ["preferred_network"] = StandInEntra.Host,
            ["preferred_cache"] = "login.windows.net",
            ["aliases"] = new JsonArray(StandInEntra.Host, "login.windows.net", "login.microsoft.com", "sts.windows.net"),
        }),
    });

    private static JsonHttpResult<JsonObject> Metadata(StandInEntra entra, string tenant, int version)
    {
        var path = version == 2 ? "v2.0/" : "";
        var document = new JsonObject
        {
            ["issuer"] = StandInEntra.IssuerOf(tenant, version),
            ["token_endpoint"] = $"{Origin}/{tenant}/oauth2/{path}token",
            ["jwks_uri"] = $"{Origin}/{(version == 2 ? tenant : "common")}/discovery/{path}keys",
            ["id_token_signing_alg_values_supported"] = new JsonArray("RS256"),
        };
        entra.ShapeMetadata?.Invoke(document);
        return TypedResults.Json(document);
    }

    private static JsonHttpResult<JsonObject> Keys(StandInEntra entra, string? issuer)
    {
        entra.CountKeyRead();
        return TypedResults.Json(new JsonObject { ["keys"] = new JsonArray([.. entra.Keys.Select(k => (JsonNode)k.Jwk(issuer is null ? null : entra.KeyIssuer(issuer)))]) });
    }

    private static async Task<IResult> TokenAsync(StandInEntra entra, string tenantId, HttpContext context)
    {
        var form = (await context.Request.ReadFormAsync()).ToDictionary(f => f.Key, f => f.Value.ToString());
        entra.Requests.Enqueue(form);
        if (entra.Intercept?.Invoke(context) is { } instead)
            return instead;
        try
        {
            return await IssueAsync(entra, tenantId, form);
        }
        catch (EntraRefusal refusal)
        {
            return refusal.ToResult(entra.Now);
        }
    }

    private static async Task<IResult> IssueAsync(StandInEntra entra, string tenantId, Dictionary<string, string> form)
    {
        var tenant = entra.Tenants.FirstOrDefault(t => t.Id == tenantId) ?? throw EntraRefusal.UnknownTenant(tenantId);
        var clientId = form.GetValueOrDefault("client_id", "");
        if (!tenant.Applications.TryGetValue(clientId, out var application))
            throw EntraRefusal.UnknownApplication(clientId, tenant.Id);
        if (application.Disabled)
            throw EntraRefusal.DisabledApplication(clientId);
        if (form.GetValueOrDefault("client_assertion_type") != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" || form.ContainsKey("client_secret"))
            throw EntraRefusal.InvalidSecret(clientId);
        await EntraAssertion.CheckAsync(form["client_assertion"], application, entra.Issuers, entra.Now);

        var scope = form.GetValueOrDefault("scope", "").Split(' ').FirstOrDefault(s => s.EndsWith("/.default", StringComparison.Ordinal))
            ?? throw EntraRefusal.BadScope(form.GetValueOrDefault("scope", ""));
        if (form.GetValueOrDefault("grant_type") != "client_credentials" || !tenant.Resources.TryGetValue(scope[..^"/.default".Length], out var resource))
            throw EntraRefusal.UnknownResource(scope);
        return TypedResults.Json(new JsonObject
        {
            ["token_type"] = "Bearer",
            // MSAL counts from the machine's own clock.
            ["expires_in"] = 3599 + (long)(entra.Now - TimeProvider.System.GetUtcNow()).TotalSeconds,
            ["ext_expires_in"] = 3599,
            ["access_token"] = entra.Issue(tenant, application, resource),
        });
    }
}
