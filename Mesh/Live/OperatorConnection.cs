using System.Net.Http.Json;
using System.Security.Authentication;
using System.Text.Json;
using AgentMesh.Cli.Demo;
using AgentMesh.Spiffe;

namespace AgentMesh.Cli.Live;

/// <summary>This process as an operator at the authorization server: its SVID from the Workload API, mTLS, JSON.</summary>
internal sealed class OperatorConnection : IAsyncDisposable
{
    private static readonly TimeSpan IdentityTimeout = TimeSpan.FromSeconds(10);

    private readonly RunningMesh _mesh;
    private readonly HttpClient _http;

    private OperatorConnection(RunningMesh mesh, SpiffeSource source)
    {
        (_mesh, Source) = (mesh, source);
        var server = Authorize.Id(SpiffeId.Parse(mesh.Manifest.Services["auth-server"].SpiffeId));
        _http = new HttpClient(SpiffeTls.CreateHandler(source, source, server)) { BaseAddress = mesh.Issuer, Timeout = TimeSpan.FromSeconds(45) };
    }

    /// <summary>The operator's SVIDs and what peers are verified with.</summary>
    public SpiffeSource Source { get; }

    /// <exception cref="MeshException">The Workload API gives this process no identity, or another one.</exception>
    public static async Task<OperatorConnection> OpenAsync(RunningMesh mesh, CancellationToken cancellationToken)
    {
        var source = SpiffeSource.Create(new WorkloadApiClientOptions { EndpointSocket = mesh.WorkloadApi });
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(IdentityTimeout);
        try
        {
            await source.WaitUntilReadyAsync(timeout.Token);
            return new OperatorConnection(mesh, source);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            await source.DisposeAsync();
            throw MeshException.Unavailable(
                $"the Workload API at {mesh.WorkloadApi} gives {Environment.ProcessPath} no identity. Operator '{mesh.Operator.Name}' in {mesh.Manifest.Path} is attested by its executable; start that one, or correct 'executable'.", e);
        }
    }

    /// <exception cref="MeshException">The server refuses, or does not answer.</exception>
    public Task<JsonElement> GetAsync(string path, CancellationToken cancellationToken) => SendAsync(HttpMethod.Get, path, cancellationToken);

    /// <exception cref="MeshException">The server refuses, or does not answer.</exception>
    public Task<JsonElement> PostAsync(string path, CancellationToken cancellationToken) => SendAsync(HttpMethod.Post, path, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await Source.DisposeAsync();
    }

    private async Task<JsonElement> SendAsync(HttpMethod method, string path, CancellationToken cancellationToken)
    {
        try
        {
            using var request = new HttpRequestMessage(method, path);
            using var response = await _http.SendAsync(request, cancellationToken);
            var body = response.Content.Headers.ContentType?.MediaType == "application/json"
                ? await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken)
                : default;
            return response.IsSuccessStatusCode ? body : throw Refused((int)response.StatusCode, body, path);
        }
        catch (Exception e) when (e is HttpRequestException or AuthenticationException or JsonException
            || (e is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw MeshException.Unavailable($"the authorization server at {_mesh.Issuer} cannot be asked: {(e.InnerException ?? e).Message} `mesh status` shows whether it runs.", e);
        }
    }

    private MeshException Refused(int status, JsonElement body, string path)
    {
        var description = body.ValueKind == JsonValueKind.Object && body.TryGetProperty("error_description", out var text) ? text.GetString() : null;
        var permission = path.StartsWith("approvals", StringComparison.Ordinal) ? "approve" : path.StartsWith("audit", StringComparison.Ordinal) ? "audit" : "revoke";
        return status == 403 && body.TryGetProperty("error", out var error) && error.ValueEquals("access_denied") && description?.Contains("not permit", StringComparison.Ordinal) == true
            ? MeshException.Refused($"{description} Add \"{permission}\" to \"may\" of operator '{_mesh.Operator.Name}' in {_mesh.Manifest.Path}, or use another operator.")
            : MeshException.Refused($"the authorization server answers {status}: {description ?? "no reason given"}");
    }
}
