namespace AgentMesh.AuthServer.Tests.Fixtures;

internal static class Refused
{
    /// <summary>The answer is the refusal, without a token, and the audit log says why.</summary>
    public static void Because(RunningServer server, Answer answer, int status, string error, string reason)
    {
        Assert.Equal((status, error, reason), (answer.Status, answer.Error, server.Audit.Last.Reason));
        Assert.Equal("deny", server.Audit.Last.Decision);
        Assert.False(answer.Body.ContainsKey("access_token"));
        Assert.False(string.IsNullOrEmpty(answer["error_description"]));
    }
}
