using AgentMesh.Spiffe.Tests.Fakes;
using AgentMesh.Testing;
using Microsoft.Extensions.Time.Testing;

namespace AgentMesh.Spiffe.Tests.WorkloadApi;

/// <summary>A source on a scripted Workload API, with a clock that stands still unless it is moved.</summary>
public abstract class SourceFixture : IAsyncLifetime
{
    protected FakeTimeProvider Time { get; } = new(TimeProvider.System.GetUtcNow());
    protected TestAuthority Authority { get; }
    protected FakeWorkloadApi Api { get; private set; } = null!;
    protected RecordedLog Log { get; } = new();
    protected SpiffeId Advisor { get; }
    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private readonly List<SpiffeSource> _sources = [];

    protected SourceFixture()
    {
        Authority = new TestAuthority("mesh.test", Time);
        Advisor = Authority.Id("/agent/advisor");
    }

    public async ValueTask InitializeAsync() => Api = await FakeWorkloadApi.StartAsync();

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (var source in _sources)
            await source.DisposeAsync();
        await Api.DisposeAsync();
        Authority.Dispose();
        Log.Dispose();
    }

    protected SpiffeSource CreateSource(Action<WorkloadApiClientOptions>? configure = null)
    {
        var options = Api.Options;
        configure?.Invoke(options);
        var source = SpiffeSource.Create(options, Time, Log);
        _sources.Add(source);
        return source;
    }

    protected async Task<SpiffeSource> ReadySourceAsync(Action<WorkloadApiClientOptions>? configure = null)
    {
        var source = CreateSource(configure);
        await source.WaitUntilReadyAsync(Cancellation);
        return source;
    }

    /// <summary>Does something that makes the source change, and waits until it has.</summary>
    protected static async Task UpdatedAsync(SpiffeSource source, Action change)
    {
        var updated = source.WaitUntilUpdatedAsync(Cancellation);
        change();
        await updated;
    }
}
