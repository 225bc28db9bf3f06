using System.Net;

namespace AgentMesh.Cli.Processes;

/// <summary>Waits until a child's health check answers 200, or says why it does not.</summary>
internal sealed class Readiness(TimeSpan timeout, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(30);

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(2) })
    {
        Timeout = TimeSpan.FromSeconds(5),
    };

    /// <exception cref="ChildFailedException">The child ended, or was not ready in time.</exception>
    public async Task WaitAsync(ChildProcess child, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var last = "nothing listens on its health address";
        while (time.GetElapsedTime(started) < timeout)
        {
            if (child.HasEnded)
            {
                await child.Ended;
                throw ChildFailedException.Ended(child);
            }

            last = await ProbeAsync(child.Spec.Health, last, cancellationToken);
            if (last.Length == 0)
                return;

            await Task.Delay(Interval, time, cancellationToken);
        }

        throw ChildFailedException.NotReady(child, timeout, last);
    }

    /// <summary>Empty when ready, else what is wrong.</summary>
    private async Task<string> ProbeAsync(Uri health, string last, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await _http.GetAsync(health, cancellationToken);
            return response.StatusCode == HttpStatusCode.OK
                ? ""
                : $"its health check answers {(int)response.StatusCode} {await response.Content.ReadAsStringAsync(cancellationToken)}".TrimEnd();
        }
        catch (HttpRequestException)
        {
            return last;
        }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return "its health check does not answer within 5 s";
        }
    }

    public void Dispose() => _http.Dispose();
}
