using System.Net;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace AgentMesh.Auth.AspNetCore;

/// <summary>
/// Where this party is called, which is what <c>htu</c> of a proof must say: the address that <c>Mesh:Address</c> or <c>ASPNETCORE_URLS</c> gives it, or the one
/// that the connection itself came in at. What a request says in Host or X-Forwarded-Host plays no part.
/// </summary>
internal sealed class OwnAddress
{
    private const string Setting = "Mesh:Address";

    private readonly string[] _origins;

    /// <exception cref="OptionsValidationException"><c>Mesh:Address</c> is no https address.</exception>
    public OwnAddress(IConfiguration configuration)
    {
        List<string> origins = [];
        if (configuration[Setting] is { Length: > 0 } given)
        {
            origins.Add(Uri.TryCreate(given, UriKind.Absolute, out var address) && address.Scheme == Uri.UriSchemeHttps
                ? address.GetLeftPart(UriPartial.Authority)
                : throw new OptionsValidationException(nameof(MeshOptions), typeof(MeshOptions),
                    [$"{Setting} (environment: Mesh__Address) is \"{given}\": write the https address that others call this party at, such as https://risk-analyst.example:8443."]));
        }
        foreach (var url in (configuration[WebHostDefaults.ServerUrlsKey] ?? "").Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            // Wildcard hosts are no URI hosts, and port 0 is no port that anybody calls.
            if (Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Scheme == Uri.UriSchemeHttps && address.Port != 0 && address.Host is not ("0.0.0.0" or "[::]"))
                origins.Add(address.GetLeftPart(UriPartial.Authority));
        }
        _origins = [.. origins];
    }

    /// <summary>Whether a proof was made for the address of this request (RFC 9449 §4.3, check 9).</summary>
    public bool IsNamedBy(DpopProof proof, HttpContext context)
    {
        if (PathOf(context) is not { } path)
            return false;
        foreach (var origin in _origins)
        {
            if (proof.IsAddressedTo(new Uri(origin + path)))
                return true;
        }
        var connection = context.Connection;
        if (connection.LocalIpAddress is not { } ip)
            return false;
        var local = new IPEndPoint(ip.IsIPv4MappedToIPv6 ? ip.MapToIPv4() : ip, connection.LocalPort);
        return proof.IsAddressedTo(new Uri($"https://{local}{path}"))
            || (IPAddress.IsLoopback(local.Address) && proof.IsAddressedTo(new Uri($"https://localhost:{local.Port}{path}")));
    }

    // As it was sent: what is unescaped by now cannot be told from what never was escaped.
    private static string? PathOf(HttpContext context)
    {
        var target = context.Features.Get<IHttpRequestFeature>()?.RawTarget;
        if (target is ['/', ..])
            return target;
        return Uri.TryCreate(target, UriKind.Absolute, out var absolute) ? absolute.PathAndQuery : null;
    }
}
