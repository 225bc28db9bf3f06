using System.Collections.Concurrent;
using System.Diagnostics;
using AgentMesh.Revocation.Tests.Running;
using AgentMesh.Testing;

namespace AgentMesh.Revocation.Tests;

/// <summary>A running mesh in which an operator disables an agent.</summary>
[Proves("AI7", "T31", "SE1", "RV1", "WA7")]
public sealed class DisabledAgentTests(ProcessMesh mesh) : IClassFixture<ProcessMesh>
{
    /// <summary>Generous: the machine may be busy. <c>bench -- revocation</c> measures it, 300 times, and holds the p99 to 250 ms.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task Under_load_every_callee_refuses_a_disabled_agent_within_the_bound_and_when_enabled_serves_it_again_but_not_its_tokens_from_before()
    {
        var tokens = await TokensAsync(mesh.Probe);
        using var ended = new CancellationTokenSource();
        var calls = new ConcurrentQueue<(string Agent, long Started, string? Refused)>();
        var load = ProcessMesh.Agents.SelectMany(agent => Enumerable.Range(0, 3).Select(_ => LoadAsync(agent))).ToArray();
        await WaitAsync(() => ProcessMesh.Agents.All(agent => calls.Count(call => call.Agent == agent) > 20));
        Assert.All(calls, call => Assert.Null(call.Refused));

        var asked = Stopwatch.GetTimestamp();
        Assert.Equal(200, (await mesh.Tester.PostAsync("parties/probe/disable?reason=test")).Status);
        await WaitAsync(() => ProcessMesh.Agents.All(agent => calls.Count(call => call.Agent == agent && call.Refused is not null) > 20));
        await ended.CancelAsync();
        await Task.WhenAll(load);

        Assert.All(calls, call => Assert.True(call.Refused is null or "agent_revoked", $"{call.Agent} refused for {call.Refused}"));
        foreach (var agent in ProcessMesh.Agents)
        {
            var lastAllowed = calls.Where(call => call.Agent == agent && call.Refused is null).Max(call => call.Started);
            var firstRefused = calls.Where(call => call.Agent == agent && call.Refused is not null).Min(call => call.Started);
            Assert.True(Stopwatch.GetElapsedTime(asked, lastAllowed) < Bound, $"{agent} let through a call {Stopwatch.GetElapsedTime(asked, lastAllowed)} after the operator's");
            Assert.True(firstRefused > asked - Stopwatch.Frequency, agent);
        }

        Assert.Equal(200, (await mesh.Tester.PostAsync("parties/probe/enable")).Status);
        // Without a token at once; with one, with a new one.
        await WaitAsync(async () => (await mesh.Probe.CallAsync("market-data", null)).Refused is null);
        await WaitAsync(mesh.Probe.HasJwtSvidAsync);
        var renewed = await TokensAsync(mesh.Probe);
        await WaitAsync(async () => await AllServeAsync(mesh.Probe, renewed));
        foreach (var agent in ProcessMesh.Agents.Where(agent => tokens[agent] is not null))
            Assert.Equal("agent_revoked", (await mesh.Probe.CallAsync(agent, tokens[agent])).Refused);

        async Task LoadAsync(string agent)
        {
            while (!ended.IsCancellationRequested)
            {
                var started = Stopwatch.GetTimestamp();
                calls.Enqueue((agent, started, (await mesh.Probe.CallAsync(agent, tokens[agent])).Refused));
            }
        }
    }

    [Fact]
    public async Task A_disabled_agent_gets_no_token_and_no_SVID_and_what_others_hold_on_its_behalf_is_refused()
    {
        var relay = await mesh.CallerAsync("agent/relay");
        var own = await mesh.Probe.JwtSvidAsync();
        var toRelay = await mesh.Probe.ExchangeAsync("relay", "portfolio.advise", own);
        var onItsBehalf = await relay.ExchangeAsync("risk-analyst", "risk.score", toRelay.Token, isAccessToken: true);
        Assert.Null((await relay.CallAsync("risk-analyst", onItsBehalf.Token)).Refused);
        try
        {
            Assert.Equal(200, (await mesh.Tester.PostAsync("parties/probe/disable")).Status);

            Assert.Equal("unauthorized_client", (await mesh.Probe.ExchangeAsync("advisor", "portfolio.advise", own)).Error);
            Assert.Equal("invalid_request", (await relay.ExchangeAsync("risk-analyst", "risk.score", toRelay.Token, isAccessToken: true)).Error);
            await WaitAsync(async () => (await relay.CallAsync("risk-analyst", onItsBehalf.Token)).Refused == "agent_revoked");
            await WaitAsync(() => !mesh.Probe.HasIdentity);
            Assert.True(relay.HasIdentity);
        }
        finally
        {
            await mesh.Tester.PostAsync("parties/probe/enable");
        }
        await WaitAsync(() => mesh.Probe.HasIdentity);
        var again = await mesh.Probe.ExchangeAsync("relay", "portfolio.advise", own);
        var newOne = await relay.ExchangeAsync("risk-analyst", "risk.score", again.Token, isAccessToken: true);
        await WaitAsync(async () => (await relay.CallAsync("risk-analyst", newOne.Token)).Refused is null);
        Assert.Equal("agent_revoked", (await relay.CallAsync("risk-analyst", onItsBehalf.Token)).Refused);
        Assert.Equal("invalid_request", (await relay.ExchangeAsync("risk-analyst", "risk.score", toRelay.Token, isAccessToken: true)).Error);
    }

    [Fact]
    public async Task A_disabled_process_loses_its_identity_while_it_runs_and_finds_it_again()
    {
        var analyst = mesh.Parts["risk-analyst"];
        Assert.True(await analyst.IsHealthyAsync());
        try
        {
            Assert.Equal(200, (await mesh.Tester.PostAsync("parties/risk-analyst/disable")).Status);

            // The Workload API has ended its streams with PermissionDenied.
            await WaitAsync(async () => !await analyst.IsHealthyAsync());
            Assert.True(await mesh.Parts["trader"].IsHealthyAsync());
        }
        finally
        {
            await mesh.Tester.PostAsync("parties/risk-analyst/enable");
        }
        await WaitAsync(analyst.IsHealthyAsync);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_token_three_hops_from_a_revoked_one_is_refused_by_its_callee(bool byIdentifier)
    {
        var relay = await mesh.CallerAsync("agent/relay");
        var (revoked, other) = (await ChainAsync(), await ChainAsync());
        Assert.Null((await relay.CallAsync("risk-analyst", revoked.Last)).Refused);

        var answer = byIdentifier
            ? await mesh.Tester.PostAsync($"tokens/{Claim(revoked.First, "jti")}/revoke")
            : await mesh.Tester.PostAsync("revoke", ("token", revoked.First));

        Assert.Equal(200, answer.Status);
        await WaitAsync(async () => (await relay.CallAsync("risk-analyst", revoked.Last)).Refused == "token_revoked");
        Assert.Null((await relay.CallAsync("risk-analyst", other.Last)).Refused);

        async Task<(string First, string Last)> ChainAsync()
        {
            var first = await mesh.Tester.ExchangeAsync("probe", "portfolio.advise", await mesh.Tester.JwtSvidAsync());
            var second = await mesh.Probe.ExchangeAsync("relay", "portfolio.advise", first.Token, isAccessToken: true);
            var third = await relay.ExchangeAsync("risk-analyst", "risk.score", second.Token, isAccessToken: true);
            return (first.Token, third.Token);
        }
    }

    private static string Claim(string token, string name) =>
        System.Text.Json.JsonDocument.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(token.Split('.')[1])).RootElement.GetProperty(name).GetString()!;

    internal static async Task<Dictionary<string, string?>> TokensAsync(Caller caller)
    {
        var own = await caller.JwtSvidAsync();
        return new()
        {
            ["market-data"] = null,
            ["risk-analyst"] = (await caller.ExchangeAsync("risk-analyst", "risk.score", own)).Token,
            ["trader"] = (await caller.ExchangeAsync("trader", "trade.propose", own)).Token,
            ["advisor"] = (await caller.ExchangeAsync("advisor", "portfolio.advise", own)).Token,
        };
    }

    internal static async Task<bool> AllServeAsync(Caller caller, Dictionary<string, string?> tokens)
    {
        foreach (var (agent, token) in tokens)
        {
            if ((await caller.CallAsync(agent, token)).Refused is not null)
                return false;
        }
        return true;
    }

    internal static Task WaitAsync(Func<bool> reached) => WaitAsync(() => Task.FromResult(reached()));

    /// <summary>Waits; the limit only ends a test that would hang.</summary>
    internal static async Task WaitAsync(Func<Task<bool>> reached)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(20));
        while (!await reached())
            await Task.Delay(25, limit.Token);
    }
}
