using System.Net.Http.Headers;
using System.Text.Json;
using AgentMesh.A2A.Internal;

namespace AgentMesh.A2A;

/// <summary>Talks to a registry that <see cref="AgentRegistryEndpoints"/> serves.</summary>
/// <param name="http">Where requests go through; authentication is its handler's.</param>
/// <param name="registry">The registry's address, path included.</param>
public sealed class AgentRegistryClient(HttpClient http, Uri registry)
{
    private readonly ClientTransport _transport = new(http, new());
    private readonly string _url = registry.AbsoluteUri.TrimEnd('/');

    /// <summary>Registers a process of an agent, or renews its registration.</summary>
    /// <param name="signedCard">The agent's card.</param>
    /// <param name="instance">The process: up to 64 characters that no other process of the agent has.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="A2AException">The registry refuses; the message says why.</exception>
    public async Task RegisterAsync(AgentCard signedCard, string instance, CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, Address(signedCard.Name, instance))
        {
            Content = new ByteArrayContent(AgentCardJson.Serialize(signedCard)) { Headers = { ContentType = new MediaTypeHeaderValue(A2AMediaTypes.Json) } },
        };
        using var response = await http.SendAsync(request, cancellationToken).ConfigureAwait(false);
        await ThrowIfRefusedAsync(response, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Removes a process of an agent from the registry; one that has taken its place stays.</summary>
    public async Task UnregisterAsync(string name, string instance, CancellationToken cancellationToken = default)
    {
        using var response = await http.DeleteAsync(Address(name, instance), cancellationToken).ConfigureAwait(false);
        await ThrowIfRefusedAsync(response, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Finds agents, healthy ones first; entries that cannot be read are passed over. Verify each card before it is used: a registry is not to be believed more than a key.</summary>
    public async Task<IReadOnlyList<RegisteredAgent>> FindAsync(AgentQuery query, CancellationToken cancellationToken = default)
    {
        var parameters = new[] { ("name", query.Name), ("skill", query.Skill), ("tag", query.Tag) }
            .Where(each => each.Item2 is not null)
            .Select(each => $"{each.Item1}={Uri.EscapeDataString(each.Item2!)}");
        using var response = await _transport.SendAsync(HttpMethod.Get, $"{_url}?{string.Join('&', parameters)}", null, A2AMediaTypes.Json, cancellationToken).ConfigureAwait(false);
        await ThrowIfRefusedAsync(response, cancellationToken).ConfigureAwait(false);
        var body = await _transport.ReadJsonAsync(response, cancellationToken).ConfigureAwait(false);
        try
        {
            return [.. body.GetProperty("agents").EnumerateArray().Select(TryRead).OfType<RegisteredAgent>()];
        }
        catch (Exception exception) when (exception is KeyNotFoundException or InvalidOperationException)
        {
            throw ClientTransport.Invalid("The registry's answer is not a list of agents.", response, exception);
        }
    }

    private string Address(string name, string instance) => $"{_url}/{Uri.EscapeDataString(name)}?instance={Uri.EscapeDataString(instance)}";

    /// <summary>One agent's entry is that agent's matter: whatever is wrong with it, the others are found.</summary>
    private static RegisteredAgent? TryRead(JsonElement agent)
    {
        try
        {
            return Read(agent);
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    private static RegisteredAgent Read(JsonElement agent)
    {
        var json = System.Text.Encoding.UTF8.GetBytes(agent.GetProperty("card").GetRawText());
        return new()
        {
            Name = agent.GetProperty("name").GetString()!,
            Party = agent.GetProperty("party").GetString()!,
            Healthy = agent.GetProperty("healthy").GetBoolean(),
            Renewed = agent.GetProperty("renewed").GetDateTimeOffset(),
            CardJson = json,
            Card = AgentCardJson.Parse(json),
        };
    }

    private async Task ThrowIfRefusedAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.IsSuccessStatusCode)
            return;
        var body = await _transport.ReadJsonAsync(response, cancellationToken).ConfigureAwait(false);
        var detail = body.ValueKind == JsonValueKind.Object && body.TryGetProperty("detail", out var given) ? given.ToString() : $"{(int)response.StatusCode}";
        var code = (int)response.StatusCode is 401 or 403 ? A2AErrorCode.Unauthenticated : A2AErrorCode.InvalidRequest;
        throw new A2AException(code, $"The registry refuses: {detail}") { HttpStatus = (int)response.StatusCode };
    }
}
