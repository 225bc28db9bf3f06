using AgentMesh.Deployment.Processes;

namespace AgentMesh.Deployment.Spire.Bootstrap;

/// <summary>
/// Brings a SPIRE agent and the manifest's registration entries to a server that runs. It can be run again at any time: it looks at what
/// there is and does what is missing.
/// </summary>
/// <param name="server">The server's commands.</param>
/// <param name="folders">What the containers get as bind mounts.</param>
/// <param name="entriesPath">Path of <c>entries.json</c> as the server sees it.</param>
/// <param name="time">The clock.</param>
public sealed class SpireBootstrap(SpireServerCli server, SpireFolders folders, string entriesPath, TimeProvider time)
{
    /// <summary>How long a join token can be used, once: the agent is started right after it is made, but its image may have to be pulled first.</summary>
    public static readonly TimeSpan TokenLife = TimeSpan.FromMinutes(15);

    /// <summary>How long the server may take until it answers.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    // An agent that starts with an SVID this close to its end would have to join anew while it starts.
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(1);

    /// <summary>
    /// In this order: the bundle, without which the agent would have to trust the first server it meets; a join token, unless the agent has
    /// joined already and the server still knows it; the entries, so that the agent has them as soon as it runs.
    /// </summary>
    /// <param name="agentId">SPIFFE ID under which the entries know the agent; their <c>parent_id</c>.</param>
    /// <param name="entries">All entries that there shall be below <paramref name="agentId"/>.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="CommandException">The server does not answer in time, or refuses.</exception>
    /// <exception cref="IOException">A file cannot be written, or an old agent's state not be removed.</exception>
    public async Task<SpireBootstrapResult> RunAsync(string agentId, IReadOnlyList<RegistrationEntry> entries, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entries);
        await SpireFolders.WriteAsync(folders.Bundle, await FirstBundleAsync(cancellationToken), cancellationToken);
        var joins = !await HasJoinedAsync(cancellationToken);
        if (joins)
        {
            // What an agent kept of another server, or of an SVID that has ended, keeps it from joining this one.
            foreach (var file in Directory.EnumerateFiles(folders.AgentData))
                File.Delete(file);
            await SpireFolders.WriteAsync(folders.JoinToken, await server.GenerateTokenAsync(agentId, TokenLife, cancellationToken), cancellationToken);
        }

        var (created, deleted) = await RegisterAsync(agentId, entries, cancellationToken);
        return new SpireBootstrapResult(joins, created, deleted);
    }

    private async Task<string> FirstBundleAsync(CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            try
            {
                return await server.ShowBundleAsync(cancellationToken);
            }
            catch (CommandException) when (time.GetElapsedTime(started) < Patience)
            {
                await Task.Delay(Interval, time, cancellationToken);
            }
        }
    }

    /// <summary>The token is part of the SPIFFE ID of the agent that joined with it.</summary>
    private async Task<bool> HasJoinedAsync(CancellationToken cancellationToken)
    {
        if (!File.Exists(folders.JoinToken))
            return false;
        var own = "/spire/agent/join_token/" + (await File.ReadAllTextAsync(folders.JoinToken, cancellationToken)).Trim();
        var soon = time.GetUtcNow() + Margin;
        return (await server.ListAgentsAsync(cancellationToken)).Any(agent =>
            agent.Id.EndsWith(own, StringComparison.Ordinal) && !agent.IsBanned && agent.SvidExpires > soon);
    }

    private async Task<(int Created, int Deleted)> RegisterAsync(string agentId, IReadOnlyList<RegistrationEntry> entries, CancellationToken cancellationToken)
    {
        var present = await server.ShowEntriesAsync(agentId, cancellationToken);
        // First what is wrong: the server keeps one entry for the same parent, SPIFFE ID and selectors.
        var stale = present.Where(registered => !entries.Any(registered.Says)).ToList();
        foreach (var entry in stale)
            await server.DeleteEntryAsync(entry.Id, cancellationToken);

        var missing = entries.Where(entry => !present.Any(registered => registered.Says(entry))).ToList();
        if (missing.Count > 0)
        {
            await SpireFolders.WriteAsync(folders.Entries, RegistrationEntries.ToJson(missing), cancellationToken);
            await server.CreateEntriesAsync(entriesPath, cancellationToken);
        }

        return (missing.Count, stale.Count);
    }
}

/// <summary>What a bootstrap had to do.</summary>
/// <param name="AgentJoins">The agent was given a token, for it had not joined, or the server knew it no longer.</param>
/// <param name="Created">How many entries were created.</param>
/// <param name="Deleted">How many entries were removed that the manifest does not ask for.</param>
public sealed record SpireBootstrapResult(bool AgentJoins, int Created, int Deleted);
