namespace AgentMesh.Benchmarks.Exchange;

/// <summary>Each agent calls the next without pause, twice at a time, and exchanges a token every hundred calls.</summary>
internal sealed class RevocationLoad : IDisposable
{
    private const int AtOnce = 2;
    private const int CallsPerToken = 100;

    private readonly RevocationParty[] _parties;

    public RevocationLoad(ExchangeServer server, RevocationCallee[] callees, CancellationToken ended)
    {
        _parties = [.. Enumerable.Range(0, callees.Length).Select(agent => new RevocationParty(server, ExchangeMesh.IdOf(agent)))];
        Ended = Task.WhenAll(Enumerable.Range(0, callees.Length * AtOnce).Select(i => Task.Run(async () =>
        {
            var (agent, callee) = (i % callees.Length, (i + 1) % callees.Length);
            while (!ended.IsCancellationRequested)
            {
                var token = await _parties[agent].ExchangeAsync(callee, server.SubjectTokenFor(agent));
                for (var call = 0; call < CallsPerToken && !ended.IsCancellationRequested; call++)
                {
                    if (await _parties[agent].CallAsync(callees[callee], token) is { } reason)
                    {
                        throw new InvalidOperationException($"An honest call was refused for {reason}.");
                    }
                }
            }
        }, CancellationToken.None)));
    }

    /// <summary>Ends soon after it was told to, or fails with the first call that was not served.</summary>
    public Task Ended { get; }

    public void Dispose()
    {
        foreach (var party in _parties)
        {
            party.Dispose();
        }
    }
}
