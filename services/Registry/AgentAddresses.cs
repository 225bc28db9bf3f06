using System.Collections.Concurrent;

namespace AgentMesh.Registry;

/// <summary>Where each agent is, by the same settings that tell every other party: <c>services:{agent}:https:{n}</c>.</summary>
internal sealed class AgentAddresses(IConfiguration configuration)
{
    private readonly ConcurrentDictionary<string, IReadOnlyList<Uri>> _addresses = new(StringComparer.Ordinal);

    /// <summary>Whether a URL is at an address of the agent. An agent without an address has none.</summary>
    public bool IsOf(string agent, Uri url) => _addresses.GetOrAdd(agent, Read).Any(address => address.Scheme == url.Scheme && address.Authority == url.Authority);

    private IReadOnlyList<Uri> Read(string agent) =>
        [.. configuration.GetSection($"services:{agent}:https").GetChildren()
            .Select(entry => Uri.TryCreate(entry.Value, UriKind.Absolute, out var address) ? address : null)
            .OfType<Uri>()
            .Where(address => address.Scheme == Uri.UriSchemeHttps)];
}
