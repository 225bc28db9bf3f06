namespace AgentMesh.AuthServer.Hosting;

/// <summary>Where to listen: https for everything, http for health, on loopback unless <c>Mesh:Server:AllowPlainHealth</c> is true.</summary>
internal sealed record ListenAddresses(IReadOnlyList<Uri> All)
{
    /// <exception cref="StartupException">None is configured, or one is no address this server would listen on.</exception>
    public static ListenAddresses Parse(string? urls, bool allowPlainHealth = false) => urls is { Length: > 0 }
        ? new([.. urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(url => ParseOne(url, allowPlainHealth))])
        : throw new StartupException("ASPNETCORE_URLS must be set, for example: https://127.0.0.1:7443;http://127.0.0.1:7080");

    private static Uri ParseOne(string url, bool allowPlainHealth)
    {
        // Kestrel's wildcard hosts are no URI hosts.
        var text = url.Replace("://*", "://0.0.0.0", StringComparison.Ordinal).Replace("://+", "://0.0.0.0", StringComparison.Ordinal);
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || (uri.Scheme != Uri.UriSchemeHttps && uri.Scheme != Uri.UriSchemeHttp))
        {
            throw new StartupException($"ASPNETCORE_URLS: {url} is neither an https nor an http address. Write for example: https://127.0.0.1:7443;http://127.0.0.1:7080");
        }
        if (uri.Scheme == Uri.UriSchemeHttp && !uri.IsLoopback && !allowPlainHealth)
        {
            throw new StartupException($"ASPNETCORE_URLS: {url} is plain http on an address that other machines reach. Only health is served over http, on a loopback address such as http://127.0.0.1:7080. Where probes come from outside, as in Kubernetes, set Mesh:Server:AllowPlainHealth (environment: Mesh__Server__AllowPlainHealth) to true.");
        }
        return uri;
    }
}
