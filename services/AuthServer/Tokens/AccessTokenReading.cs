using System.Diagnostics.CodeAnalysis;

namespace AgentMesh.AuthServer.Tokens;

/// <summary>A verified token, or why it is none; never an exception.</summary>
internal readonly struct AccessTokenReading
{
    public AccessTokenReading(AccessToken token) => Token = token;

    public AccessTokenReading(string error) => Error = error;

    public AccessToken? Token { get; }

    /// <summary>Continues the sentence "the token is refused: …".</summary>
    public string? Error { get; }

    [MemberNotNullWhen(true, nameof(Token))]
    [MemberNotNullWhen(false, nameof(Error))]
    public bool IsValid => Token is not null;
}
