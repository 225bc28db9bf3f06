namespace AgentMesh.AuthServer.Hosting;

/// <summary>Where to listen: https for everything, http on loopback for health.</summary>
internal sealed record ListenAddresses(IReadOnlyList<Uri> All)
{
    /// <exception cref="StartupException">None is configured, or one is no address this server would listen on.</exception>
    public static ListenAddresses Parse(string? urls) => urls is { Length: > 0 }
        ? new([.. urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(ParseOne)])
        : throw new StartupException("ASPNETCORE_URLS must be set, for example: https://127.0.0.1:7443;http://127.0.0.1:7080");

    private static Uri ParseOne(string url)
    {
        // Kestrel's wildcard hosts are no URI hosts.
        var text = url.Replace("://*", "://0.0.0.0", StringComparison.Ordinal).Replace("://+", "://0.0.0.0", StringComparison.Ordinal);
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || (uri.Scheme != Uri.UriSchemeHttps && uri.Scheme != Uri.UriSchemeHttp))
        {
            throw new StartupException($"ASPNETCORE_URLS: {url} is neither an https nor an http address. Write for example: https://127.0.0.1:7443;http://127.0.0.1:7080");
        }
        if (uri.Scheme == Uri.UriSchemeHttp && !uri.IsLoopback)
        {
            throw new StartupException($"ASPNETCORE_URLS: {url} is plain http on an address that other machines reach. Only health is served over http, on a loopback address such as http://127.0.0.1:7080");
        }
        return uri;
    }
}
