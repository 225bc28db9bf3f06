using AgentMesh.AuthServer.Tokens;

namespace AgentMesh.AuthServer.Exchange;

/// <summary>On whose behalf a token is asked for.</summary>
/// <param name="Subject">First subject of the task.</param>
/// <param name="Parent">The access token that the client was called with; null when it begins a task with its own JWT-SVID.</param>
/// <param name="MayAct">The only party that may act for the subject, if the token says so (RFC 8693 §4.4).</param>
internal sealed record SubjectToken(string Subject, AccessToken? Parent, string? MayAct)
{
    /// <summary>The scopes of the request being served; empty when none is.</summary>
    public string Serving => Parent?.Scope ?? "";
}
