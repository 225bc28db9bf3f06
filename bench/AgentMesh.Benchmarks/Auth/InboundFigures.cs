using System.Buffers.Text;
using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using AgentMesh.Auth;
using AgentMesh.Auth.AspNetCore;
using AgentMesh.Auth.Tests;
using AgentMesh.Spiffe;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace AgentMesh.Benchmarks.Auth;

/// <summary>What the inbound checks of one request cost, for a token seen before, for a new one, and with a DPoP proof, beside one ES256 verification.</summary>
internal static class InboundFigures
{
    private const int Warm = 200_000;
    private const int Cold = 5_000;
    private const int Rounds = 9;

    public static async Task<int> Print(string[] arguments)
    {
        await using var mesh = await TestMesh.StartAsync();
        var agent = await mesh.StartAgentAsync("risk-analyst", static s => s.KeepLogs = false);
        var advisor = mesh.SourceOf("advisor");
        var remembering = agent.Services.GetRequiredService<CallerChecks>();
        var forgetful = Forgetful(mesh, agent);
        var context = Request(advisor, mesh.Issuer.Issue(advisor, "risk-analyst", "risk.score"));
        foreach (var checks in (CallerChecks[])[remembering, forgetful])
            Accept((await checks.CheckAsync(context)).Reason);

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var signed = new byte[900];
        var signature = key.SignData(signed, HashAlgorithmName.SHA256);
        using var publicKey = ECDsa.Create(key.ExportParameters(false));

        // Rounds take turns, so that a busy machine slows all of them.
        var proofKey = ProofKey.Create();
        var bound = mesh.Issuer.Issue(advisor, "risk-analyst", "risk.score", t => t.Claims["cnf"] = new JsonObject { ["jkt"] = proofKey.Thumbprint });
        var provenContext = Proven(Request(advisor, bound), bound, agent.Address);
        List<Cost> verification = [], warm = [], cold = [], proven = [];
        for (var round = 0; round < Rounds; round++)
        {
            verification.Add(Measure(Cold, () => publicKey.VerifyData(signed, signature, HashAlgorithmName.SHA256)));
            warm.Add(Measure(Warm, () => Check(remembering, context)));
            cold.Add(Measure(Cold, () => Check(forgetful, context)));
            // Each is good once, so they are made before the clock starts.
            var proofs = new Queue<string>(Enumerable.Range(0, Cold + (Cold / 10)).Select(_ => Prove(proofKey, bound, agent.Address, mesh.Clock.GetUtcNow())));
            proven.Add(Measure(Cold, () =>
            {
                provenContext.Request.Headers[DpopNames.Header] = proofs.Dequeue();
                Check(remembering, provenContext);
            }));
        }
        var (es256, seen, unseen, proof) = (Median(verification), Median(warm), Median(cold), Median(proven));
        Console.WriteLine($"one ES256 verification       {es256.Microseconds,8:0.00} µs {es256.Bytes,6} bytes");
        Console.WriteLine($"checks 1-5, token seen       {seen.Microseconds,8:0.00} µs {seen.Bytes,6} bytes   (at most 10 µs and 1024 bytes)");
        Console.WriteLine($"checks 1-5, token not seen   {unseen.Microseconds,8:0.00} µs {unseen.Bytes,6} bytes   {unseen.Microseconds / es256.Microseconds:0.00} times one verification (at most 1.5)");
        Console.WriteLine($"checks 1-5, DPoP proof       {proof.Microseconds,8:0.00} µs {proof.Bytes,6} bytes   {proof.Microseconds / es256.Microseconds:0.00} times one verification (at most 1.5)");
        return proof.Microseconds <= 1.5 * es256.Microseconds && seen.Microseconds <= 10 && seen.Bytes <= 1024 && unseen.Microseconds <= 1.5 * es256.Microseconds ? 0 : 1;
    }

    private static CallerChecks Forgetful(TestMesh mesh, TestAgent agent)
    {
        var services = agent.Services;
        var options = Options.Create(new AgentServerOptions { VerifiedTokens = 0 });
        var identity = services.GetRequiredService<MeshIdentity>();
        var tokens = new AccessTokenValidator(new MeshTokenRules(identity, services.GetRequiredService<IssuerKeys>()), null, options, mesh.Clock);
        return new CallerChecks(identity, services.GetRequiredService<IX509BundleSource>(), tokens, services.GetRequiredService<IRevocationState>(),
            services.GetRequiredService<ProofChecks>(), mesh.Clock);
    }

    private static DefaultHttpContext Request(TestSource caller, string token)
    {
        var peer = new PeerConnection();
        peer.Accept(SpiffePeer.FromVerified(caller.Svid.Certificate)!);
#pragma warning disable CA5359 // There is no handshake here, and the first request verifies the chain.
        peer.Remember(static (_, _, _, _) => true)(peer, caller.Svid.Certificate, null, default);
#pragma warning restore CA5359
        var context = new DefaultHttpContext();
        context.Features.Set(peer);
        context.Request.Headers.Authorization = "Bearer " + token;
        return context;
    }

    private static DefaultHttpContext Proven(DefaultHttpContext context, string token, Uri address)
    {
        context.Request.Method = HttpMethods.Get;
        context.Request.Headers.Authorization = $"{DpopNames.Scheme} {token}";
        context.Features.Get<IHttpRequestFeature>()!.RawTarget = "/score";
        (context.Connection.LocalIpAddress, context.Connection.LocalPort) = (IPAddress.Loopback, address.Port);
        return context;
    }

    private static string Prove(ProofKey key, string token, Uri address, DateTimeOffset now) =>
        key.Prove(HttpMethods.Get, new Uri(address, "/score"), now, Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(token))));

    private static void Check(CallerChecks checks, HttpContext context)
    {
        var check = checks.CheckAsync(context);
        if (!check.IsCompletedSuccessfully)
            throw new InvalidOperationException("A check whose keys are known waited for something.");
        Accept(check.GetAwaiter().GetResult().Reason);
    }

    private static void Accept(string? reason)
    {
        if (reason is not null)
            throw new InvalidOperationException($"The honest token was refused: {reason}.");
    }

    private static Cost Measure(int count, Action action)
    {
        for (var i = 0; i < count / 10; i++)
            action();
        var bytes = GC.GetAllocatedBytesForCurrentThread();
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < count; i++)
            action();
        var elapsed = Stopwatch.GetElapsedTime(started);
        return new Cost(elapsed.TotalMicroseconds / count, (GC.GetAllocatedBytesForCurrentThread() - bytes) / count);
    }

    private static Cost Median(List<Cost> costs) => costs.OrderBy(static c => c.Microseconds).ElementAt(costs.Count / 2);

    private readonly record struct Cost(double Microseconds, long Bytes);
}
