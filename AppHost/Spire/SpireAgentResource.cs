namespace Aspire.Hosting;

/// <summary>A SPIRE agent in a container: attests this machine's processes and serves them the Workload API on a Unix socket of the host.</summary>
internal sealed class SpireAgentResource(string name, SpireServerResource server) : ContainerResource(name)
{
    public SpireServerResource Server { get; } = server;

    /// <summary>SPIFFE ID under which registration entries know this agent, whichever token it joined with.</summary>
    public string SpiffeId { get; } = $"spiffe://{server.Manifest.TrustDomain}/node/{name}";

    /// <summary>The Workload API, as <c>SPIFFE_ENDPOINT_SOCKET</c> says it.</summary>
    public string Address { get; } = "unix://" + server.Folders.Socket;
}
