using System.Net.Http.Json;
using System.Security.Authentication;
using System.Text.Json;
using AgentMesh.Auth;
using Polly;

namespace AgentMesh.ServiceDefaults.Callees;

/// <summary>Calls to other agents' JSON endpoints; whatever goes wrong becomes one <see cref="CalleeException"/>.</summary>
public static class CalleeHttp
{
    /// <exception cref="CalleeException">The callee refused, failed, answered nonsense or cannot be reached.</exception>
    public static Task<T> GetFromCalleeAsync<T>(this HttpClient http, string path, CancellationToken cancellationToken) =>
        http.SendToCalleeAsync<T>(HttpMethod.Get, path, null, cancellationToken);

    /// <inheritdoc cref="GetFromCalleeAsync{T}"/>
    public static Task<T> PostToCalleeAsync<T>(this HttpClient http, string path, object body, CancellationToken cancellationToken) =>
        http.SendToCalleeAsync<T>(HttpMethod.Post, path, JsonContent.Create(body, body.GetType()), cancellationToken);

    /// <summary>Sends what a person approved: once, to the approved callee alone.</summary>
    /// <param name="http">The callee's client.</param>
    /// <param name="path">The endpoint.</param>
    /// <param name="body">Sent as JSON.</param>
    /// <param name="approval">What was approved; without it a client of a scope that needs approval sends nothing.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <inheritdoc cref="GetFromCalleeAsync{T}"/>
    public static Task<T> PostToCalleeAsync<T>(this HttpClient http, string path, object body, ApprovedAction? approval, CancellationToken cancellationToken) =>
        http.SendToCalleeAsync<T>(HttpMethod.Post, path, JsonContent.Create(body, body.GetType()), cancellationToken, approval);

    private static async Task<T> SendToCalleeAsync<T>(this HttpClient http, HttpMethod method, string path, HttpContent? content, CancellationToken cancellationToken, ApprovedAction? approval = null)
    {
        var callee = http.BaseAddress?.Host ?? throw new InvalidOperationException("The HttpClient of a callee needs a BaseAddress such as https://risk-analyst.");
        try
        {
            using var request = new HttpRequestMessage(method, path) { Content = content };
            if (approval is not null)
                request.WithApproval(approval);
            using var response = await http.SendAsync(request, cancellationToken);
            if (!response.IsSuccessStatusCode)
                throw await CalleeProblem.ReadAsync(callee, response, cancellationToken);
            return await response.Content.ReadFromJsonAsync<T>(cancellationToken)
                ?? throw new JsonException("null");
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            throw new CalleeException(callee, 200, "bad_answer", $"{callee} answered something that is not the JSON it should be.", e);
        }
        catch (AgentAuthorizationException e)
        {
            throw new CalleeException(callee, null, e.Code, $"{callee} was not called: there is no credential for that call ({e.Code}).", e);
        }
        catch (Exception e) when (e is AuthenticationException || e.InnerException is AuthenticationException)
        {
            throw new CalleeException(callee, null, "not_authenticated", $"{callee} is not called: one side of the connection could not prove its identity.", e);
        }
        catch (Exception e) when (e is HttpRequestException or ExecutionRejectedException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new CalleeException(callee, null, "unreachable", $"{callee} cannot be reached, or did not answer in time.", e);
        }
    }
}
