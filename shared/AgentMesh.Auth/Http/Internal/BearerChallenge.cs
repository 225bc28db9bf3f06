using System.Net;

namespace AgentMesh.Auth;

/// <summary>Reads the <c>WWW-Authenticate</c> header of RFC 6750 §3 and RFC 9449 §7.1.</summary>
internal static class BearerChallenge
{
    public static bool IsInvalidToken(HttpResponseMessage response)
    {
        if (response.StatusCode != HttpStatusCode.Unauthorized)
            return false;
        foreach (var challenge in response.Headers.WwwAuthenticate)
        {
            if ((string.Equals(challenge.Scheme, "Bearer", StringComparison.OrdinalIgnoreCase) || string.Equals(challenge.Scheme, DpopNames.Scheme, StringComparison.OrdinalIgnoreCase))
                && HasError(challenge.Parameter, "invalid_token"))
                return true;
        }
        return false;
    }

    private static bool HasError(ReadOnlySpan<char> parameters, ReadOnlySpan<char> error)
    {
        foreach (var range in parameters.Split(','))
        {
            var parameter = parameters[range].Trim();
            if (parameter.StartsWith("error=", StringComparison.OrdinalIgnoreCase) && parameter["error=".Length..].Trim('"').SequenceEqual(error))
                return true;
        }
        return false;
    }
}
