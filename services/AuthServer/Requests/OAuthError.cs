namespace AgentMesh.AuthServer.Requests;

/// <summary>Error answers of RFC 6749 §5.2.</summary>
internal static class OAuthError
{
    public static Task WriteAsync(HttpContext http, int status, string error, string description)
    {
        http.Response.StatusCode = status;
        http.Response.Headers.CacheControl = "no-store";
        return http.Response.WriteAsJsonAsync(new { error, error_description = description }, http.RequestAborted);
    }
}
