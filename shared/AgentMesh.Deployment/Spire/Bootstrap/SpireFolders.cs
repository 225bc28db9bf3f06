namespace AgentMesh.Deployment.Spire.Bootstrap;

/// <summary>
/// The folders that SPIRE's containers get as bind mounts, below one private root. They belong to whoever starts the mesh, so that it can
/// remove them also where the agent, which runs as root, has written.
/// </summary>
/// <param name="Root">An absolute path, short: the Workload API's socket is below it.</param>
public sealed record SpireFolders(string Root)
{
    /// <summary><c>server.conf</c> and the entries to create.</summary>
    public string ServerConfiguration => Path.Combine(Root, "server", "conf");

    /// <summary>The server's database and keys.</summary>
    public string ServerData => Path.Combine(Root, "server", "data");

    /// <summary>The server's administrative socket, for the OIDC discovery provider.</summary>
    public string ServerSocket => Path.Combine(Root, "server", "run");

    /// <summary><c>agent.conf</c>, the bundle and the join token.</summary>
    public string AgentConfiguration => Path.Combine(Root, "agent", "conf");

    /// <summary>The agent's keys.</summary>
    public string AgentData => Path.Combine(Root, "agent", "data");

    /// <summary>The folder of the Workload API's socket.</summary>
    public string WorkloadApi => Path.Combine(Root, "w");

    /// <summary>The configuration of the OIDC discovery provider.</summary>
    public string OidcConfiguration => Path.Combine(Root, "oidc");

    /// <summary>The Workload API's socket.</summary>
    public string Socket => Path.Combine(WorkloadApi, "api.sock");

    internal string Bundle => Path.Combine(AgentConfiguration, "bundle.pem");

    internal string JoinToken => Path.Combine(AgentConfiguration, "join_token");

    internal string Entries => Path.Combine(ServerConfiguration, "entries.json");

    /// <summary>Makes them, for their owner alone.</summary>
    public void Create()
    {
        foreach (var folder in new[] { Root, ServerConfiguration, ServerData, ServerSocket, AgentConfiguration, AgentData, WorkloadApi, OidcConfiguration })
        {
            if (OperatingSystem.IsWindows())
                Directory.CreateDirectory(folder);
            else
                Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    /// <summary>Writes a file whole, readable by its owner alone: whoever reads it sees the old or the new content.</summary>
    public static async Task WriteAsync(string path, string content, CancellationToken cancellationToken)
    {
        var partial = path + ".new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using (var writer = new StreamWriter(partial, options))
            await writer.WriteAsync(content.AsMemory(), cancellationToken);
        File.Move(partial, path, overwrite: true);
    }
}
