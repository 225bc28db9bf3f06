using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AgentMesh.Entra;

/// <summary>
/// Asks again when Entra throttles (429) or fails (5xx), after the time that it names (RFC 9110 §10.2.3) or one that grows. A request for a token
/// changes nothing, so that it may be repeated although it is a POST.
/// </summary>
internal sealed partial class RetryTransient(IOptions<EntraOptions> options, TimeProvider time, ILogger<RetryTransient> logger) : DelegatingHandler
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(200);
    private readonly EntraOptions _options = options.Value;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var response = await SendOnceAsync(request, cancellationToken).ConfigureAwait(false);
            if (!IsTransient(response.StatusCode))
                return response;
            var asked = response.Headers.RetryAfter is { } header ? header.Delta ?? header.Date - time.GetUtcNow() : null;
            var delay = asked ?? FirstDelay * Math.Pow(2, attempt - 1) * (0.5 + Random.Shared.NextDouble());
            if (attempt >= _options.MaxAttempts || delay > _options.MaxRetryDelay)
            {
                // Without the header MSAL would wait a second and begin anew.
                response.Headers.RetryAfter ??= new(TimeSpan.FromSeconds(1));
                return response;
            }
            LogRetrying((int)response.StatusCode, delay.TotalMilliseconds, attempt, _options.MaxAttempts);
            response.Dispose();
            await Task.Delay(delay < TimeSpan.Zero ? TimeSpan.Zero : delay, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<HttpResponseMessage> SendOnceAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(_options.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return await base.SendAsync(request, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException exception) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new HttpRequestException($"{request.RequestUri?.Authority} did not answer within {_options.Timeout.TotalSeconds:0.#} s.", exception);
        }
    }

    private static bool IsTransient(HttpStatusCode status) => status is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout or >= HttpStatusCode.InternalServerError;

    [LoggerMessage(1402, LogLevel.Warning, "Microsoft Entra ID answered {Status}: asking again in {Delay} ms (attempt {Attempt} of {MaxAttempts}).")]
    private partial void LogRetrying(int status, double delay, int attempt, int maxAttempts);
}
