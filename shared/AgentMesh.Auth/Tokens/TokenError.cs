namespace AgentMesh.Auth;

/// <summary>Why there is no token.</summary>
/// <param name="Code">
/// The code of RFC 6749 §5.2 or RFC 8693 §2.2.2 that the authorization server answered with, or
/// <see cref="Unavailable"/> or <see cref="BadAnswer"/> when it did not answer as it should.
/// </param>
/// <param name="Description">One sentence for a person; holds no token.</param>
public sealed record TokenError(string Code, string Description)
{
    /// <summary>The authorization server, or the source of SVIDs, could not be reached or did not answer in time.</summary>
    public const string Unavailable = "temporarily_unavailable";

    /// <summary>The authorization server's answer breaks the protocol.</summary>
    public const string BadAnswer = "server_error";
}
