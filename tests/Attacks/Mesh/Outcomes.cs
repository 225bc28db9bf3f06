namespace AgentMesh.Attacks.Tests.Mesh;

/// <summary>An attack has failed for the stated reason: status, error code and audit event say the same.</summary>
internal static class Refused
{
    public static void By(Callee callee, Answer answer, int status, string reason)
    {
        Assert.Equal((status, reason), (answer.Status, answer.Reason));
        Assert.Equal(("decision", "deny", reason), (callee.Audit.Last.Kind, callee.Audit.Last.Decision, callee.Audit.Last.Reason));
        if (status == 401 && reason.StartsWith("token_", StringComparison.Ordinal) && reason != "token_missing")
            Assert.Contains("error=\"invalid_token\"", answer.Challenge, StringComparison.Ordinal);
    }

    public static void By(Issuer issuer, Answer answer, int status, string error, string reason)
    {
        Assert.Equal((status, error, reason), (answer.Status, answer.Error, issuer.Audit.Last.Reason));
        Assert.Equal("deny", issuer.Audit.Last.Decision);
        Assert.False(answer.Body.ContainsKey("access_token"));
        Assert.False(string.IsNullOrEmpty(answer["error_description"]));
    }

    /// <summary>No connection came about: nothing that was sent was read as a request.</summary>
    public static async Task InHandshakeAsync(Uri server, HttpMessageHandler attacker, string token)
    {
        using var client = new HttpClient(attacker);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(server, "/score"));
        request.Headers.Authorization = new("Bearer", token);
        await Assert.ThrowsAsync<HttpRequestException>(() => client.SendAsync(request, TestContext.Current.CancellationToken));
    }
}

/// <summary>The honest twin has passed, and is on record.</summary>
internal static class Allowed
{
    public static void By(Callee callee, Answer answer)
    {
        Assert.True(answer.Status == 200, $"{answer.Status}: {answer.Text}");
        Assert.Equal("allow", callee.Audit.Last.Decision);
    }

    public static void By(Issuer issuer, Answer answer)
    {
        Assert.True(answer.Status == 200, $"{answer.Status}: {answer.Text}");
        Assert.Equal("allow", issuer.Audit.Last.Decision);
    }
}
