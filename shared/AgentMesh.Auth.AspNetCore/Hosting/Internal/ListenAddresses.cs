using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace AgentMesh.Auth.AspNetCore;

/// <summary>Where to listen: https addresses take mTLS, http addresses serve health alone and stay on loopback.</summary>
internal sealed record ListenAddresses(IReadOnlyList<BindingAddress> MutualTls, IReadOnlyList<BindingAddress> Plain)
{
    private const string Setting = "ASPNETCORE_URLS";

    public static ListenAddresses Read(IConfiguration configuration, bool allowPlainHealth)
    {
        var urls = configuration[Microsoft.AspNetCore.Hosting.WebHostDefaults.ServerUrlsKey];
        if (string.IsNullOrWhiteSpace(urls))
            throw Invalid($"{Setting} is not set. Set it to an https:// address for agents and, if wanted, an http:// one on loopback for health, such as https://127.0.0.1:5001;http://127.0.0.1:5002.");

        List<BindingAddress> mutualTls = [], plain = [];
        foreach (var url in urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var address = Parse(url);
            if (address.IsUnixPipe || address.IsNamedPipe || address.PathBase.Length > 0)
                throw Invalid($"{Setting} has \"{url}\": an agent listens on a host and port, without a path.");
            if (address.Scheme.Equals(Uri.UriSchemeHttps, StringComparison.OrdinalIgnoreCase))
                mutualTls.Add(address);
            else if (!address.Scheme.Equals(Uri.UriSchemeHttp, StringComparison.OrdinalIgnoreCase))
                throw Invalid($"{Setting} has \"{url}\": an address begins with https:// (agents, mTLS) or http:// (health only).");
            else if (!allowPlainHealth && !IsLoopback(address.Host))
                throw Invalid($"{Setting} has \"{url}\": a plain address is for health only and must be on loopback. Use http://127.0.0.1, or set "
                    + "Mesh:Server:AllowPlainHealth (environment: Mesh__Server__AllowPlainHealth) to true where probes come from outside.");
            else
                plain.Add(address);
        }
        return mutualTls.Count > 0
            ? new ListenAddresses(mutualTls, plain)
            : throw Invalid($"{Setting} is \"{urls}\", which has no https:// address for other agents to call. Add one, such as https://127.0.0.1:5001.");
    }

    public static bool IsLoopback(string host) => host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.AsSpan().Trim("[]"), out var ip) && IPAddress.IsLoopback(ip));

    private static BindingAddress Parse(string url)
    {
        try
        {
            return BindingAddress.Parse(url);
        }
        catch (FormatException)
        {
            throw Invalid($"{Setting} has \"{url}\", which is not an address. Write it as https://127.0.0.1:5001.");
        }
    }

    private static OptionsValidationException Invalid(string message) => new(nameof(AgentServerOptions), typeof(AgentServerOptions), [message]);
}
