using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;

namespace AgentMesh.Agents.Tests.Running;

/// <summary>One part of the mesh as a process. It ends when its standard input closes, at the latest with this process.</summary>
internal sealed class AgentProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _log = [];
    private readonly ConcurrentQueue<string> _errors = [];

    private bool _disposed;

    private AgentProcess(Process process) => _process = process;

    /// <summary>What it printed on standard error, without empty lines.</summary>
    public IReadOnlyList<string> Errors => [.. _errors.Where(line => line.Length > 0)];

    public string Log => string.Join('\n', _log.Concat(_errors));

    public static string PathOf(string project)
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        return Path.Combine(Repository.Root, project, "bin", configuration, "net10.0", Path.GetFileName(project));
    }

    public static AgentProcess Start(string project, IReadOnlyDictionary<string, string> settings)
    {
        var start = new ProcessStartInfo(PathOf(project))
        {
            WorkingDirectory = Path.Combine(Repository.Root, project),
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (key, value) in settings)
            start.Environment[key] = value;
        var running = new AgentProcess(new Process { StartInfo = start });
        running._process.OutputDataReceived += (_, e) => running._log.Enqueue(e.Data ?? "");
        running._process.ErrorDataReceived += (_, e) => running._errors.Enqueue(e.Data ?? "");
        running._process.Start();
        running._process.BeginOutputReadLine();
        running._process.BeginErrorReadLine();
        return running;
    }

    public async Task<int> ExitAsync(CancellationToken cancellationToken)
    {
        await _process.WaitForExitAsync(cancellationToken);
        return _process.ExitCode;
    }

    /// <summary>Waits until the health check answers 200.</summary>
    public async Task ReadyAsync(Uri health, CancellationToken cancellationToken)
    {
        using var http = new HttpClient(new SocketsHttpHandler());
        while (!_process.HasExited)
        {
            try
            {
                using var response = await http.GetAsync(health, cancellationToken);
                if (response.StatusCode == HttpStatusCode.OK)
                    return;
            }
            catch (HttpRequestException)
            {
                // Nobody listens yet.
            }
            await Task.Delay(50, cancellationToken);
        }
        throw new InvalidOperationException($"{_process.StartInfo.FileName} ended: {Log}");
    }

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;
        _disposed = true;
        if (!_process.HasExited)
        {
            _process.StandardInput.Close();
            using var grace = new CancellationTokenSource(TimeSpan.FromSeconds(10));
            try
            {
                await _process.WaitForExitAsync(grace.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill(entireProcessTree: true);
            }
        }
        _process.Dispose();
    }
}
