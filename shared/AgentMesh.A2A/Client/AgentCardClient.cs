using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;

namespace AgentMesh.A2A;

/// <summary>A card as it was fetched.</summary>
/// <param name="Card">The card. Unverified; see <see cref="AgentCardVerifier"/>.</param>
/// <param name="Json">The bytes, over which its signatures are.</param>
/// <param name="Source">Where it was fetched.</param>
public sealed record FetchedAgentCard(AgentCard Card, ReadOnlyMemory<byte> Json, Uri Source);

/// <summary>Fetches agent cards and keeps them as long as their server says (A2A §8.2, §8.6). Safe for concurrent use.</summary>
/// <param name="http">Where requests go through; not disposed of. Its handler authenticates the server.</param>
/// <param name="time">The clock by which cards age.</param>
public sealed class AgentCardClient(HttpClient http, TimeProvider time)
{
    private const int MaxBytes = 1024 * 1024;
    private static readonly TimeSpan DefaultAge = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestAge = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<Uri, Kept> _kept = new();

    private sealed record Kept(FetchedAgentCard Card, EntityTagHeaderValue? ETag, DateTimeOffset Until);

    /// <summary>The card of the agent at an address.</summary>
    /// <param name="agent">The agent's base address; the card is at <see cref="A2AProtocol.AgentCardPath"/> below its host.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="A2AException">
    /// <see cref="A2AErrorCode.InvalidAgentResponse"/>: there is no valid card, or it names interfaces at another host than the one
    /// it was fetched from.
    /// </exception>
    /// <exception cref="HttpRequestException">The agent cannot be reached.</exception>
    public async Task<FetchedAgentCard> GetAsync(Uri agent, CancellationToken cancellationToken = default)
    {
        var source = new Uri(agent, A2AProtocol.AgentCardPath);
        var kept = _kept.GetValueOrDefault(source);
        if (kept is not null && time.GetUtcNow() < kept.Until)
            return kept.Card;
        using var request = new HttpRequestMessage(HttpMethod.Get, source);
        request.Headers.Add("A2A-Version", A2AProtocol.Version);
        if (kept?.ETag is { } tag)
            request.Headers.IfNoneMatch.Add(tag);
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        if (kept is not null && response.StatusCode == HttpStatusCode.NotModified)
        {
            _kept[source] = kept with { Until = Until(response) };
            return kept.Card;
        }
        if (!response.IsSuccessStatusCode)
            throw Invalid($"{source} answered {(int)response.StatusCode}.", response);
        var json = await ReadAsync(response, source, cancellationToken).ConfigureAwait(false);
        var card = Parse(json, source, response);
        if (card.SupportedInterfaces.Select(each => each.Url).FirstOrDefault(url => !IsAt(url, source)) is { } elsewhere)
            throw Invalid($"The card at {source} names an interface at another host: {elsewhere}.", response);
        var fetched = new FetchedAgentCard(card, json, source);
        _kept[source] = new(fetched, response.Headers.ETag, Until(response));
        return fetched;
    }

    private DateTimeOffset Until(HttpResponseMessage response)
    {
        var age = response.Headers.CacheControl switch
        {
            { NoStore: true } or { NoCache: true } => TimeSpan.Zero,
            { MaxAge: { } given } => given < LongestAge ? given : LongestAge,
            _ => DefaultAge,
        };
        return time.GetUtcNow() + age;
    }

    private static async Task<byte[]> ReadAsync(HttpResponseMessage response, Uri source, CancellationToken cancellationToken)
    {
        var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = stream.ConfigureAwait(false);
        using var buffer = new MemoryStream();
        var chunk = new byte[16 * 1024];
        int read;
        while ((read = await stream.ReadAsync(chunk, cancellationToken).ConfigureAwait(false)) > 0)
        {
            if (buffer.Length + read > MaxBytes)
                throw Invalid($"The card at {source} is larger than {MaxBytes} bytes.", response);
            buffer.Write(chunk, 0, read);
        }
        return buffer.ToArray();
    }

    private static AgentCard Parse(byte[] json, Uri source, HttpResponseMessage response)
    {
        try
        {
            return AgentCardJson.Parse(json);
        }
        catch (System.Text.Json.JsonException exception)
        {
            throw Invalid($"What is at {source} is not an agent card: {exception.Message}", response);
        }
    }

    private static bool IsAt(string url, Uri source) =>
        Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme == source.Scheme && uri.Authority == source.Authority;

    private static A2AException Invalid(string message, HttpResponseMessage response) =>
        new(A2AErrorCode.InvalidAgentResponse, message) { HttpStatus = (int)response.StatusCode };
}
