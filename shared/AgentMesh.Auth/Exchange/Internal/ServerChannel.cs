using System.Net;
using System.Net.Http.Headers;
using System.Net.Mime;
using System.Security.Authentication;
using AgentMesh.Spiffe;
using Microsoft.Extensions.Logging;

namespace AgentMesh.Auth;

/// <summary>Sends single requests to the authorization server and reads each answer to its end, within the limits of time and size.</summary>
internal sealed partial class ServerChannel(HttpMessageInvoker http, AuthorizationServerOptions options, TimeProvider time, ILogger logger) : IDisposable
{
    public void Dispose() => http.Dispose();

    /// <param name="method">The method.</param>
    /// <param name="address">On the issuer's origin.</param>
    /// <param name="content">The body.</param>
    /// <param name="svid">What the connection authenticates with, where it takes a client certificate.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <param name="wait">Until when there must be an answer; null: the configured time.</param>
    /// <param name="credential">A header that the request alone carries.</param>
    /// <returns>The answer, or the reason why there is none that can be trusted.</returns>
    public async Task<ServerAnswer> SendAsync(HttpMethod method, Uri address, HttpContent? content, X509Svid svid, CancellationToken cancellationToken, TimeSpan? wait = null,
        (string Name, string Value)? credential = null)
    {
        var longest = wait ?? options.Timeout;
        using var timeout = new CancellationTokenSource(longest, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        using var request = new HttpRequestMessage(method, address)
        {
            Content = content,
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(MediaTypeNames.Application.Json));
        if (credential is { } header)
            request.Headers.TryAddWithoutValidation(header.Name, header.Value);
        request.Options.Set(SpiffeHttpHandler.SvidKey, svid);
        try
        {
            using var response = await http.SendAsync(request, either.Token).ConfigureAwait(false);
            if (response.Content.Headers.ContentType?.MediaType is not (MediaTypeNames.Application.Json or "application/jwk-set+json"))
            {
                return new ServerAnswer(response.StatusCode, [], Reject($"The authorization server answered {address.AbsolutePath} with {(int)response.StatusCode} "
                    + $"and {response.Content.Headers.ContentType?.MediaType ?? "no content type"} instead of application/json."));
            }
            return new ServerAnswer(response.StatusCode, await ReadAsync(response.Content, either.Token).ConfigureAwait(false), null);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // In time for this attempt, or for the connection, whose own limit ends in the same kind of exception.
            return ServerAnswer.Failed(TokenError.Unavailable, $"The authorization server at {address.Authority} ({MeshOptions.Names(nameof(MeshOptions.Issuer))}) did not answer {address.AbsolutePath} in time (at most {longest.TotalSeconds:0.#} s).");
        }
        catch (InvalidDataException exception)
        {
            return new ServerAnswer(default, [], Reject($"The authorization server's answer to {address.AbsolutePath} {exception.Message}."));
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or AuthenticationException)
        {
            LogUnreachable(exception, address.Authority);
            return ServerAnswer.Failed(TokenError.Unavailable,
                $"The authorization server at {address.Authority} ({MeshOptions.Names(nameof(MeshOptions.Issuer))}) could not be reached over TLS: {Innermost(exception)}");
        }
    }

    private async Task<byte[]> ReadAsync(HttpContent content, CancellationToken cancellationToken)
    {
        if (content.Headers.ContentLength > options.MaxAnswerBytes)
            throw new InvalidDataException($"is {content.Headers.ContentLength} bytes long, more than the {options.MaxAnswerBytes} allowed");
        var stream = await content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            var buffer = new byte[Math.Min(options.MaxAnswerBytes, (int?)content.Headers.ContentLength ?? 4096) + 1];
            var length = 0;
            int read;
            while ((read = await stream.ReadAsync(buffer.AsMemory(length), cancellationToken).ConfigureAwait(false)) > 0)
            {
                length += read;
                if (length > options.MaxAnswerBytes)
                    throw new InvalidDataException($"is longer than the {options.MaxAnswerBytes} bytes allowed");
                if (length == buffer.Length)
                    Array.Resize(ref buffer, Math.Min(buffer.Length * 2, options.MaxAnswerBytes + 1));
            }
            return buffer[..length];
        }
    }

    public TokenError Unexpected(Uri address, HttpStatusCode status) =>
        Reject($"The authorization server answered {address.AbsolutePath} with status {(int)status}.");

    public TokenError Reject(string description)
    {
        LogBadAnswer(description);
        return new TokenError(TokenError.BadAnswer, description);
    }

    private static string Innermost(Exception exception)
    {
        while (exception.InnerException is { } inner)
            exception = inner;
        return exception.Message;
    }

    [LoggerMessage(1201, LogLevel.Warning, "{Description}")]
    private partial void LogBadAnswer(string description);

    [LoggerMessage(1202, LogLevel.Warning, "The authorization server at {Authority} could not be reached.")]
    private partial void LogUnreachable(Exception exception, string authority);
}
