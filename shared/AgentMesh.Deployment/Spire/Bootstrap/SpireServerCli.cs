using System.Globalization;
using AgentMesh.Deployment.Processes;

namespace AgentMesh.Deployment.Spire.Bootstrap;

/// <summary>
/// The <c>spire-server</c> commands that a bootstrap needs. SPIRE's images are built from <c>scratch</c>: there is no shell in them, so a
/// runtime's <c>exec</c> gets the binary itself and its arguments.
/// </summary>
/// <param name="server">The binary, or what runs it: see <see cref="InContainer"/>.</param>
/// <param name="socketPath">The administrative socket, as the binary sees it.</param>
public sealed class SpireServerCli(Command server, string socketPath)
{
    /// <summary>Where the binary is in SPIRE's image.</summary>
    public const string Executable = "/opt/spire/bin/spire-server";

    /// <summary>The commands of a server in a container.</summary>
    /// <param name="runtime">The runtime's command, <c>docker</c> or <c>podman</c>.</param>
    /// <param name="container">The container's name.</param>
    /// <param name="socketPath">The administrative socket's path in the container.</param>
    public static SpireServerCli InContainer(string runtime, string container, string socketPath) =>
        new(new Command(runtime, "exec", container, Executable), socketPath);

    /// <summary>The trust domain's X.509 bundle, one or more PEM certificates.</summary>
    /// <exception cref="CommandException">The command failed, or printed something else.</exception>
    public async Task<string> ShowBundleAsync(CancellationToken cancellationToken) =>
        SpireServerOutput.Bundle(await RunAsync(["bundle", "show", "-format", "pem"], cancellationToken));

    /// <summary>A token with which one agent can join once.</summary>
    /// <param name="agentId">SPIFFE ID under which registration entries know the agent, whatever its token.</param>
    /// <param name="life">How long the token can be used, whole seconds.</param>
    /// <param name="cancellationToken">Ends the command.</param>
    /// <exception cref="CommandException">The command failed, or printed something else.</exception>
    public async Task<string> GenerateTokenAsync(string agentId, TimeSpan life, CancellationToken cancellationToken) =>
        SpireServerOutput.JoinToken(await RunAsync(
            ["token", "generate", "-spiffeID", agentId, "-ttl", ((int)life.TotalSeconds).ToString(CultureInfo.InvariantCulture), "-output", "json"], cancellationToken));

    /// <summary>The agents that have joined.</summary>
    /// <exception cref="CommandException">The command failed, or printed something else.</exception>
    public async Task<IReadOnlyList<AttestedAgent>> ListAgentsAsync(CancellationToken cancellationToken) =>
        SpireServerOutput.Agents(await RunAsync(["agent", "list", "-output", "json"], cancellationToken));

    /// <summary>The registration entries below one parent.</summary>
    /// <exception cref="CommandException">The command failed, or printed something else.</exception>
    public async Task<IReadOnlyList<RegisteredEntry>> ShowEntriesAsync(string parentId, CancellationToken cancellationToken) =>
        SpireServerOutput.Entries(await RunAsync(["entry", "show", "-parentID", parentId, "-output", "json"], cancellationToken));

    /// <summary>Creates the entries of a file that <see cref="RegistrationEntries.ToJson"/> wrote.</summary>
    /// <exception cref="CommandException">One could not be created.</exception>
    public Task CreateEntriesAsync(string path, CancellationToken cancellationToken) => RunAsync(["entry", "create", "-data", path], cancellationToken);

    /// <summary>Removes one entry.</summary>
    /// <exception cref="CommandException">It could not be removed.</exception>
    public Task DeleteEntryAsync(string id, CancellationToken cancellationToken) => RunAsync(["entry", "delete", "-entryID", id], cancellationToken);

    /// <summary>Writes an entry again as it is. Its revision grows, and with the next synchronisation the agent renews its SVIDs ahead of time.</summary>
    /// <exception cref="CommandException">It could not be written.</exception>
    public Task RenewEntryAsync(RegisteredEntry registered, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(registered);
        var entry = registered.Entry;
        return RunAsync(
            [
                "entry", "update", "-entryID", registered.Id, "-parentID", entry.ParentId, "-spiffeID", entry.SpiffeId,
                "-x509SVIDTTL", entry.X509SvidTtl.ToString(CultureInfo.InvariantCulture),
                "-jwtSVIDTTL", entry.JwtSvidTtl.ToString(CultureInfo.InvariantCulture),
                .. entry.Selectors.SelectMany(selector => new[] { "-selector", $"{selector.Type}:{selector.Value}" }),
            ],
            cancellationToken);
    }

    private async Task<string> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var result = await server.RunAsync([.. arguments, "-socketPath", socketPath], cancellationToken);
        return result.ExitCode == 0
            ? result.Output
            : throw new CommandException($"spire-server {arguments[0]} {arguments[1]} ended with {result.ExitCode}: {OneLine(result.Error)}");
    }

    private static string OneLine(string error) => error.Trim() is { Length: > 0 } text ? text.ReplaceLineEndings(" ") : "it said nothing.";
}
