using System.Diagnostics;
using System.Diagnostics.Metrics;
using AgentMesh.Spiffe.Tests.WorkloadApi;
using AgentMesh.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace AgentMesh.Spiffe.Tests.Hosting;

public sealed class AddSpiffeTests : SourceFixture
{
    private IHost Build(Action<WorkloadApiClientOptions>? configure = null, string? socket = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        if (socket is not null)
            builder.Configuration["SPIFFE_ENDPOINT_SOCKET"] = socket;
        builder.Services.AddSingleton<TimeProvider>(Time);
        builder.Services.AddMetrics();
        builder.Services.AddSpiffe(configure).AddSpiffe();
        return builder.Build();
    }

    private static async Task<HealthReportEntry> HealthAsync(IHost host) =>
        (await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(Cancellation)).Entries["spiffe"];

    [Fact, Proves("WE3")]
    public async Task One_source_stands_behind_all_interfaces_and_starts_with_the_host()
    {
        Api.Serve(Authority, Authority.IssueCertificate(Advisor));
        using var host = Build(socket: Api.EndpointSocket);

        await host.StartAsync(Cancellation);

        var source = host.Services.GetRequiredService<SpiffeSource>();
        Assert.Same(source, host.Services.GetRequiredService<IX509SvidSource>());
        Assert.Same(source, host.Services.GetRequiredService<IX509BundleSource>());
        Assert.Same(source, host.Services.GetRequiredService<IJwtSvidSource>());
        Assert.Same(source, host.Services.GetRequiredService<IJwtBundleSource>());
        await Api.X509.WaitForCallsAsync(1, Cancellation);
        await source.WaitUntilReadyAsync(Cancellation);
        await host.StopAsync(Cancellation);
    }

    [Fact]
    public async Task A_workload_api_that_is_away_does_not_hold_up_the_start()
    {
        await Api.StopAsync();
        using var host = Build(o => o.EndpointSocket = Api.EndpointSocket);

        await host.StartAsync(Cancellation);

        Assert.Equal(HealthStatus.Unhealthy, (await HealthAsync(host)).Status);
    }

    [Fact, Proves("WE3")]
    public async Task An_address_that_is_none_fails_the_start_with_the_setting()
    {
        using var host = Build(socket: "http://127.0.0.1:1");

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => host.StartAsync(Cancellation));

        Assert.StartsWith("SPIFFE_ENDPOINT_SOCKET is 'http://127.0.0.1:1'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Health_follows_the_life_of_the_svid()
    {
        Api.Serve(Authority, Authority.IssueCertificate(Advisor, new CertificateShape
        {
            NotBefore = Time.GetUtcNow(),
            NotAfter = Time.GetUtcNow().AddMinutes(30),
        }));
        using var host = Build(o => o.EndpointSocket = Api.EndpointSocket);
        await host.StartAsync(Cancellation);
        await host.Services.GetRequiredService<SpiffeSource>().WaitUntilReadyAsync(Cancellation);

        Assert.Equal(HealthStatus.Healthy, (await HealthAsync(host)).Status);
        Time.Advance(TimeSpan.FromMinutes(19.9));
        Assert.Equal(HealthStatus.Healthy, (await HealthAsync(host)).Status);
        Time.Advance(TimeSpan.FromMinutes(0.2));
        Assert.Equal(HealthStatus.Degraded, (await HealthAsync(host)).Status);
        Time.Advance(TimeSpan.FromMinutes(10));
        var expired = await HealthAsync(host);
        Assert.Equal(HealthStatus.Unhealthy, expired.Status);
        Assert.Contains("expired at", expired.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stream_that_stays_lost_makes_it_unhealthy_before_the_svid_ends()
    {
        Api.Serve(Authority, Authority.IssueCertificate(Advisor, new CertificateShape
        {
            NotBefore = Time.GetUtcNow(),
            NotAfter = Time.GetUtcNow().AddMinutes(30),
        }));
        using var host = Build(o => o.EndpointSocket = Api.EndpointSocket);
        await host.StartAsync(Cancellation);
        var source = host.Services.GetRequiredService<SpiffeSource>();
        await source.WaitUntilReadyAsync(Cancellation);

        await Api.StopAsync();
        while (source.Status.DisconnectedSince is null)
            await Task.Delay(TimeSpan.FromMilliseconds(10), Cancellation);
        Time.Advance(TimeSpan.FromMinutes(20.1));

        var report = await HealthAsync(host);
        Assert.Equal(HealthStatus.Unhealthy, report.Status);
        Assert.Contains("is lost since", report.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Expiry_rotations_and_reconnects_are_measured()
    {
        var measured = new Dictionary<string, double>();
        Api.Serve(Authority, Authority.IssueCertificate(Advisor));
        using var host = Build(o => o.EndpointSocket = Api.EndpointSocket);
        var meters = host.Services.GetRequiredService<IMeterFactory>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, l) =>
            {
                if (instrument.Meter.Name == "AgentMesh.Spiffe" && instrument.Meter.Scope == meters)
                    l.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => Add(instrument.Name, value));
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => Add(instrument.Name, value));
        listener.Start();
        await host.StartAsync(Cancellation);
        var source = host.Services.GetRequiredService<SpiffeSource>();
        await source.WaitUntilReadyAsync(Cancellation);

        await UpdatedAsync(source, () => Api.X509.Push(Fakes.FakeWorkloadApi.Message(Authority, Authority.IssueCertificate(Advisor))));
        Api.X509.End();
        await Api.X509.WaitForCallsAsync(2, Cancellation);
        Time.Advance(TimeSpan.FromMinutes(10));
        listener.RecordObservableInstruments();

        Assert.Equal(1, measured["spiffe.svid.rotations"]);
        Assert.Equal(1, measured["spiffe.workload_api.reconnects"]);
        Assert.InRange(measured["spiffe.svid.time_to_expiry"], 1199, 1200);

        void Add(string name, double value)
        {
            lock (measured)
                measured[name] = measured.GetValueOrDefault(name) + value;
        }
    }

    [Fact]
    public async Task Fetches_are_spans()
    {
        var spans = new System.Collections.Concurrent.ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = static s => s.Name == "AgentMesh.Spiffe",
            Sample = static (ref _) => ActivitySamplingResult.AllData,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        Api.Serve(Authority, Authority.IssueCertificate(Advisor));
        var source = await ReadySourceAsync();

        await source.FetchJwtSvidAsync("market", Cancellation);

        Assert.Contains(spans, static s => s.OperationName == "SpiffeWorkloadAPI/FetchX509SVID" && (string?)s.GetTagItem("rpc.system") == "grpc");
        Assert.Contains(spans, static s => s.OperationName == "SpiffeWorkloadAPI/FetchJWTSVID" && s.Kind == ActivityKind.Client);
    }
}
