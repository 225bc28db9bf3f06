using System.Net;

namespace AgentMesh.Auth;

/// <summary>An answer of the authorization server, read to its end within the limits, or why there is none.</summary>
internal readonly record struct ServerAnswer(HttpStatusCode Status, byte[] Json, TokenError? Error)
{
    public static ServerAnswer Failed(string code, string description) => new(default, [], new TokenError(code, description));
}
