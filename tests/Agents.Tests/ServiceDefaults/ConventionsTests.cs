using System.Collections.Concurrent;
using System.Net;
using AgentMesh.ServiceDefaults;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Trace;

namespace AgentMesh.Agents.Tests.ServiceDefaults;

/// <summary>Spans are the whole process's: nothing else runs while these tests look for some.</summary>
[CollectionDefinition(nameof(ConventionsTests), DisableParallelization = true)]
public sealed class TelemetryAlone;

/// <summary>What whoever knows Aspire's service defaults expects of these: the same names, paths and settings.</summary>
[Collection(nameof(ConventionsTests))]
public sealed class ConventionsTests
{
    private static readonly Action<WebApplicationBuilder> Nothing = _ => { };

    [Fact]
    public async Task Health_tells_of_every_check_and_alive_only_of_the_process()
    {
        await using var sick = await StartAsync(builder => builder.Services.AddHealthChecks().AddCheck("database", () => HealthCheckResult.Unhealthy()));
        Assert.Equal((HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK), (await StatusAsync(sick, "/health"), await StatusAsync(sick, "/alive")));

        await using var well = await StartAsync(Nothing);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (await StatusAsync(well, "/health"), await StatusAsync(well, "/alive")));
    }

    [Theory]
    [InlineData("http")]
    [InlineData("https+http")]
    public async Task A_callee_is_found_where_the_host_says_it_is(string scheme)
    {
        await using var callee = await StartAsync(Nothing, app => app.MapGet("/name", () => "market-data"));
        // As Aspire and `mesh up` set it: services__market-data__http__0.
        await using var caller = await StartAsync(builder => builder.Configuration["services:market-data:http:0"] = Address(callee).ToString());
        var client = caller.Services.GetRequiredService<IHttpClientFactory>().CreateClient();
        Assert.Equal("market-data", await client.GetStringAsync(new Uri($"{scheme}://market-data/name"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Spans_go_to_the_collector_that_the_environment_names_and_health_leaves_none()
    {
        var received = new ConcurrentQueue<string>();
        await using var collector = await StartAsync(Nothing, app => app.MapPost("/v1/{signal}", async (string signal, HttpRequest request) =>
        {
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body);
            received.Enqueue(signal + " " + System.Text.Encoding.Latin1.GetString(body.ToArray()));
        }));
        await using var app = await StartAsync(
            builder =>
            {
                builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] = Address(collector).ToString();
                builder.Configuration["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf";
            },
            app => app.MapGet("/work", () => "done"));
        await StatusAsync(app, "/health");
        await StatusAsync(app, "/work");

        // A request's span ends after its answer was sent.
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        while (!Traces().Any(message => message.Contains("/work", StringComparison.Ordinal)))
        {
            app.Services.GetRequiredService<TracerProvider>().ForceFlush(10_000);
            await Task.Delay(20, patience.Token);
        }
        Assert.DoesNotContain(Traces(), message => message.Contains("/health", StringComparison.Ordinal));

        IEnumerable<string> Traces() => received.Where(message => message.StartsWith("traces", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_a_collector_nothing_is_collected()
    {
        await using var app = await StartAsync(Nothing);
        Assert.Null(app.Services.GetService<TracerProvider>());
    }

    private static async Task<WebApplication> StartAsync(Action<WebApplicationBuilder> configure, Action<WebApplication>? map = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        configure(builder);
        builder.AddServiceDefaults();
        var app = builder.Build();
        app.MapDefaultEndpoints();
        map?.Invoke(app);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }

    private static Uri Address(WebApplication app) => new(app.Urls.First());

    private static async Task<HttpStatusCode> StatusAsync(WebApplication app, string path)
    {
        // The client is in the same process: a span of its own would be exported too.
        using var suppressed = SuppressInstrumentationScope.Begin();
        using var client = new HttpClient(new SocketsHttpHandler());
        using var response = await client.GetAsync(new Uri(Address(app), path), TestContext.Current.CancellationToken);
        return response.StatusCode;
    }
}
