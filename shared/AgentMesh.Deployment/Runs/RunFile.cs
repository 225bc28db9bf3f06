using System.Diagnostics;
using System.Text.Json;

namespace AgentMesh.Deployment.Runs;

/// <summary>
/// Tells other terminals of this user where a mesh runs. One file a run, in the user's own data folder (mode 0700), so that
/// nobody else can put one there; it holds addresses and no secret.
/// </summary>
public sealed class RunFile : IDisposable
{
    /// <summary>Environment variable with the directory of the run that <c>mesh</c> is meant for, where several run.</summary>
    public const string Variable = "AGENTMESH_RUN";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    private readonly string? _path;

    private RunFile(string? path) => _path = path;

    private static string Folder => Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify),
        "agentmesh",
        "runs");

    /// <summary>
    /// Announces this run, or what has changed in it since. A home folder that cannot be written only means that other terminals do not find it.
    /// </summary>
    public static RunFile Announce(RunInfo info)
    {
        ArgumentNullException.ThrowIfNull(info);
        try
        {
            CreateFolder();
            var path = Path.Combine(Folder, $"{info.ProcessId}.json");
            // In one piece: somebody may read it now.
            File.WriteAllText(path + ".new", JsonSerializer.Serialize(info, Json));
            File.Move(path + ".new", path, overwrite: true);
            return new RunFile(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return new RunFile(null);
        }
    }

    /// <summary>The runs of this user whose <c>mesh up</c> lives, newest first.</summary>
    public static IReadOnlyList<RunInfo> Live() => [.. All().Select(entry => entry.Info).Where(IsAlive).OrderByDescending(info => info.StartedAt)];

    /// <summary>Removes what runs left behind that were killed before they could.</summary>
    /// <param name="remove">Removes a run's directory.</param>
    public static void Sweep(Action<string> remove)
    {
        ArgumentNullException.ThrowIfNull(remove);
        foreach (var (path, info) in All().Where(entry => !IsAlive(entry.Info)).ToList())
        {
            remove(info.Directory);
            File.Delete(path);
        }
    }

    /// <summary>The run is over.</summary>
    public void Dispose()
    {
        if (_path is not null)
            File.Delete(_path);
    }

    private static void CreateFolder()
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(Folder);
        else
            Directory.CreateDirectory(Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static IEnumerable<(string Path, RunInfo Info)> All()
    {
        if (!Directory.Exists(Folder))
            yield break;

        foreach (var path in Directory.EnumerateFiles(Folder, "*.json"))
        {
            if (Read(path) is { } info)
                yield return (path, info);
        }
    }

    private static RunInfo? Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<RunInfo>(File.ReadAllText(path), Json);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>The same process as the one that wrote the file: process ids are used again.</summary>
    private static bool IsAlive(RunInfo info)
    {
        try
        {
            using var process = Process.GetProcessById(info.ProcessId);
            return Math.Abs((process.StartTime.ToUniversalTime() - info.StartedAt.UtcDateTime).TotalSeconds) < 2;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
