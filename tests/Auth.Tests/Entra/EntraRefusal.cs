using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AgentMesh.Auth.Tests.Entra;

/// <summary>Why the stand-in issues no token, in the shape and with the codes that Entra documents.</summary>
internal sealed class EntraRefusal(int code, string error, int status, string text) : Exception(text)
{
    public static EntraRefusal UnknownTenant(string tenant) => new(90002, "invalid_request", 400,
        $"Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.");

    public static EntraRefusal UnknownApplication(string client, string tenant) => new(700016, "unauthorized_client", 400,
        $"Application with identifier '{client}' was not found in the directory '{tenant}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant.");

    public static EntraRefusal DisabledApplication(string client) => new(7000112, "unauthorized_client", 400, $"Application '{client}'(agent) is disabled.");

    public static EntraRefusal UnknownResource(string resource) => new(500011, "invalid_resource", 400,
        $"The resource principal named {resource} was not found in the tenant named Test. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant.");

    public static EntraRefusal BadScope(string scope) => new(1002012, "invalid_scope", 400,
        $"The provided value for scope {scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).");

    public static EntraRefusal NoFederatedIdentity(int code, string what, string value) => new(code, "invalid_client", 401,
        $"No matching federated identity record found for presented assertion {what} '{value}'. Please check your federated identity credential Subject, Audience and Issuer against the presented assertion.");

    public static EntraRefusal BadSignature() => new(50013, "invalid_grant", 400,
        "Assertion failed signature validation. [Reason - The key was not found., Please visit the Azure Portal to find the configured keys for the application.]");

    public static EntraRefusal BadTime() => new(700024, "invalid_client", 401, "Client assertion is not within its valid time range.");

    public static EntraRefusal InvalidSecret(string client) => new(7000215, "invalid_client", 401,
        $"Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '{client}'.");

    public JsonHttpResult<JsonObject> ToResult(DateTimeOffset now)
    {
        var (trace, correlation) = (Guid.NewGuid().ToString(), Guid.NewGuid().ToString());
        var timestamp = now.ToString("yyyy-MM-dd HH:mm:ssZ", CultureInfo.InvariantCulture);
        return TypedResults.Json(new JsonObject
        {
            ["error"] = error,
            ["error_description"] = $"AADSTS{code}: {Message} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {timestamp}",
            ["error_codes"] = new JsonArray(code),
            ["timestamp"] = timestamp,
            ["trace_id"] = trace,
            ["correlation_id"] = correlation,
            ["error_uri"] = $"https://login.microsoftonline.com/error?code={code}",
        }, statusCode: status);
    }
}
