namespace AgentMesh.WorkloadApi.Documents;

internal static class JsonResponse
{
    public static Task WriteJsonAsync(this HttpContext http, byte[] json)
    {
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = json.Length;
        return http.Response.Body.WriteAsync(json, 0, json.Length);
    }
}
