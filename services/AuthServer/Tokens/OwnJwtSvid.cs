using System.Diagnostics.CodeAnalysis;
using AgentMesh.Spiffe;

namespace AgentMesh.AuthServer.Tokens;

/// <summary>Validates JWT-SVIDs that were made for this server: <c>aud</c> is its issuer identifier and nothing else.</summary>
internal sealed class OwnJwtSvid(IJwtBundleSource bundles, Issuer issuer, TimeProvider time)
{
    public bool TryValidate(string? token, [NotNullWhen(true)] out JwtSvid? svid, [NotNullWhen(false)] out string? error)
    {
        (svid, error) = (null, null);
        if (string.IsNullOrEmpty(token) || token.Length > AccessTokenReader.MaxLength)
        {
            error = "it is missing or longer than 8192 characters";
            return false;
        }
        var validation = JwtSvidValidator.Validate(token, bundles, issuer.Value, time.GetUtcNow());
        if (validation.Svid is not { } valid || !validation.IsValid)
        {
            error = $"it is not a valid JWT-SVID ({validation.Error})";
            return false;
        }
        if (valid.Audience.Count != 1)
        {
            error = "its audience must be this server alone";
            return false;
        }
        svid = valid;
        return true;
    }
}
