using AgentMesh.AuthServer.Hosting;

namespace AgentMesh.AuthServer.Tokens;

/// <summary>This server's issuer identifier: exactly as configured, compared by ordinal equality everywhere (RFC 8414 §2).</summary>
internal sealed class Issuer
{
    private Issuer(Uri uri)
    {
        Uri = uri;
        Value = uri.OriginalString;
    }

    public Uri Uri { get; }

    public string Value { get; }

    /// <exception cref="StartupException">It is missing, or nothing that RFC 8414 §2 allows.</exception>
    public static Issuer Parse(string? configured)
    {
        if (string.IsNullOrEmpty(configured))
        {
            throw new StartupException("Mesh:Issuer must be set to the https address that callers reach this server by, for example: https://127.0.0.1:7443/");
        }
        return Uri.TryCreate(configured, UriKind.Absolute, out var uri)
            && uri.Scheme == Uri.UriSchemeHttps && uri.AbsolutePath == "/" && uri.Query.Length == 0 && uri.Fragment.Length == 0 && uri.UserInfo.Length == 0
            ? new Issuer(uri)
            : throw new StartupException("Mesh:Issuer must be an https address without path, query, fragment or user, for example: https://127.0.0.1:7443/");
    }
}
