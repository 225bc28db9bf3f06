using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;

namespace AgentMesh.Revocation.Tests.Running;

/// <summary>One part of the mesh as a process, which can be killed and started again where it was.</summary>
internal sealed class Part(string program, string folder, Uri health, IReadOnlyDictionary<string, string> settings) : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _log = [];
    private Process? _process;

    public string Log => string.Join('\n', _log);

    public Uri Health => health;

    public async Task StartAsync()
    {
        var start = new ProcessStartInfo(program) { WorkingDirectory = folder, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (key, value) in settings)
            start.Environment[key] = value;
        var process = _process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, e) => _log.Enqueue(e.Data ?? "");
        process.ErrorDataReceived += (_, e) => _log.Enqueue(e.Data ?? "");
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        while (!await IsHealthyAsync())
        {
            Assert.False(process.HasExited, $"{program} ended: {Log}");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>What its health check says now; false when it does not answer.</summary>
    public async Task<bool> IsHealthyAsync()
    {
        using var http = new HttpClient(new SocketsHttpHandler());
        try
        {
            using var answer = await http.GetAsync(health, TestContext.Current.CancellationToken);
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    /// <summary>SIGKILL: nothing is stored, closed or said any more.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not { } process)
            return;
        if (!process.HasExited)
        {
            // Each part ends when its standard input does.
            process.StandardInput.Close();
            using var grace = new CancellationTokenSource(TimeSpan.FromSeconds(10));
            try
            {
                await process.WaitForExitAsync(grace.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
            }
        }
        process.Dispose();
    }
}
