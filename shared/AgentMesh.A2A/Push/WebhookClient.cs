using System.Net;
using System.Net.Http.Headers;

namespace AgentMesh.A2A.Internal;

/// <summary>Posts a notification, again when it may help (A2A §4.3.3).</summary>
internal sealed class WebhookClient(PushNotificationOptions options, TimeProvider time) : IDisposable
{
    /// <summary>Why a webhook is given up for good.</summary>
    public const string NotAllowed = "its owner may not be notified any more";

    private static readonly MediaTypeHeaderValue MediaType = new(A2AMediaTypes.A2AJson);

    private readonly HttpClient _http = new(WebhookConnector.CreateHandler(options)) { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>Returns <see langword="null"/> when the webhook took it, otherwise why it was given up. Never the credentials.</summary>
    public async Task<string?> SendAsync(TaskPushNotificationConfig config, string owner, ReadOnlyMemory<byte> json, CancellationToken cancellationToken)
    {
        var delay = options.FirstDelay;
        for (var attempt = 1; ; attempt++)
        {
            // Each time anew: what was allowed a while ago may have been revoked.
            var allowed = options.MayNotify is { } may ? may(owner) : true;
            if (allowed == false)
                return NotAllowed;
            var (reason, again) = allowed is null
                ? ("it cannot be told now whether its owner may still be notified", true)
                : await TryAsync(config, json, cancellationToken).ConfigureAwait(false);
            if (reason is null)
                return null;
            if (!again || attempt == options.Attempts)
                return $"{reason} (attempt {attempt} of {options.Attempts})";
            await Task.Delay(delay * (0.75 + Random.Shared.NextDouble() / 2), time, cancellationToken).ConfigureAwait(false);
            delay *= 2;
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<(string? Reason, bool Again)> TryAsync(TaskPushNotificationConfig config, ReadOnlyMemory<byte> json, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(options.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        using var request = new HttpRequestMessage(HttpMethod.Post, config.Url) { Content = new ReadOnlyMemoryContent(json) };
        request.Content.Headers.ContentType = MediaType;
        request.Headers.TryAddWithoutValidation(A2AHeaders.Version, A2AProtocol.Version);
        if (config.Token is { Length: > 0 } token)
            request.Headers.TryAddWithoutValidation(A2AHeaders.NotificationToken, token);
        if (config.Authentication is { } authentication)
            request.Headers.TryAddWithoutValidation("Authorization", $"{authentication.Scheme} {authentication.Credentials}".TrimEnd());
        try
        {
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token).ConfigureAwait(false);
            var status = (int)response.StatusCode;
            return response.IsSuccessStatusCode
                ? (null, false)
                : ($"the webhook answered {status}", status >= 500 || response.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests);
        }
        catch (HttpRequestException exception) when (exception.InnerException is WebhookBlockedException blocked)
        {
            return (blocked.Message, false);
        }
        catch (HttpRequestException exception)
        {
            return ($"the webhook cannot be reached: {exception.HttpRequestError}", true);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return ($"the webhook did not answer within {options.Timeout.TotalSeconds:0.#} s", true);
        }
    }
}
