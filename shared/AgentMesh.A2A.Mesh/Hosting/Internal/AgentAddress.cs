using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace AgentMesh.A2A.Mesh;

/// <summary>The address that an agent's card names.</summary>
internal static class AgentAddress
{
    private const string Setting = "Mesh:Address";

    /// <summary><c>Mesh:Address</c>, or where the agent serves mutual TLS if that is one host.</summary>
    /// <exception cref="OptionsValidationException">Neither says it.</exception>
    public static Uri Read(IConfiguration configuration) => Reader(configuration)();

    /// <summary>Reads the settings now, since once the server is set up one of them is empty, and judges them when the address is needed.</summary>
    public static Func<Uri> Reader(IConfiguration configuration)
    {
        var (address, urls) = (configuration[Setting], configuration[WebHostDefaults.ServerUrlsKey]);
        return () => Read(address, urls);
    }

    private static Uri Read(string? given, string? urls)
    {
        if (given is { Length: > 0 })
        {
            return Uri.TryCreate(given, UriKind.Absolute, out var address) && address.Scheme == Uri.UriSchemeHttps
                ? address
                : throw Fault($"{Setting} is \"{given}\", which is no https address.");
        }
        foreach (var url in (urls ?? "").Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var binding = BindingAddress.Parse(url);
            if (binding.Scheme == Uri.UriSchemeHttps && binding.Port != 0 && binding.Host is not ("+" or "*" or "0.0.0.0" or "[::]")
                && Uri.TryCreate(url, UriKind.Absolute, out var address))
                return address;
        }
        throw Fault($"{Setting} is not set, and ASPNETCORE_URLS names no https address of one host that others could call.");
    }

    private static OptionsValidationException Fault(string fault) => new(nameof(SkillOptions), typeof(SkillOptions),
        [$"{fault} The agent's card says where it is called: set {Setting} (environment: Mesh__Address) to that address, such as https://risk-analyst.example:8443."]);
}
