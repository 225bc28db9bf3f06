using AgentMesh.Manifest.Internal.Reading;

namespace AgentMesh.Manifest;

/// <summary>Where a party's executable is.</summary>
public static class ProjectExecutable
{
    /// <summary>
    /// The absolute path of a party's executable: <see cref="Party.Executable"/> if the manifest names it, otherwise
    /// <c>{root}/{project}/bin/{configuration}/net10.0/{last folder of project}</c>. On Windows a path inside the root ends with
    /// <c>.exe</c>. Whether the file exists is not looked at.
    /// </summary>
    /// <param name="manifest">The manifest that the party comes from.</param>
    /// <param name="party">The party.</param>
    /// <param name="configuration">The build's configuration, <c>Debug</c> or <c>Release</c>.</param>
    /// <exception cref="ArgumentException"><paramref name="configuration"/> is not one folder's name.</exception>
    /// <exception cref="InvalidOperationException">The manifest gives the party neither a project nor an executable.</exception>
    public static string Resolve(MeshManifest manifest, Party party, string configuration) =>
        ResolveOn(OperatingSystem.IsWindows(), manifest, party, configuration);

    internal static string ResolveOn(bool windows, MeshManifest manifest, Party party, string configuration)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentNullException.ThrowIfNull(party);
        ArgumentException.ThrowIfNullOrEmpty(configuration);
        if (!configuration.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_'))
            throw new ArgumentException($"The build configuration {Quote.Text(configuration)} is not a name such as Debug or Release.", nameof(configuration));

        var path = party switch
        {
            { Executable: { } executable } => executable.Replace(ProjectPath.Configuration, configuration, StringComparison.Ordinal),
            { Project: { } project } => $"{project}/bin/{configuration}/net10.0/{project[(project.LastIndexOf('/') + 1)..]}",
            _ => throw new InvalidOperationException(
                $"The manifest gives {party} ({party.Position}) neither \"project\" nor \"executable\". Add one to run or recognise its program."),
        };
        if (ProjectPath.IsAbsolute(path))
            return path;
        if (windows && !path.EndsWith(".exe", StringComparison.OrdinalIgnoreCase))
            path += ".exe";
        return Path.GetFullPath(path, manifest.Root);
    }
}
