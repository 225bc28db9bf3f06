using AgentMesh.Auth;
using AgentMesh.Auth.Tests;
using Microsoft.Extensions.DependencyInjection;

namespace AgentMesh.Benchmarks.Auth;

/// <summary>What 10,000 cached tokens hold in memory, and what using one costs.</summary>
internal static class CacheFigures
{
    private const int Subjects = 10_000;

    public static async Task<int> Print(string[] arguments)
    {
        await using var mesh = await TestMesh.StartAsync();
        await using var caller = mesh.Caller("advisor", services => services.AddSingleton<ITokenSource>(new SizedSource(mesh.Clock)));
        var cache = caller.Services.GetRequiredService<TokenCache>();
        var svid = caller.Source.GetX509Svid();
        var callee = TestManifest.Manifest.Agents["risk-analyst"];
        var scopes = ScopeSet.Parse("risk.score");

        var before = GC.GetTotalMemory(forceFullCollection: true);
        TokenRequest? last = null;
        for (var i = 0; i < Subjects; i++)
        {
            var text = $"subject-{i}";
            last = new TokenRequest
            {
                Callee = callee,
                Scopes = scopes,
                Svid = svid,
                OnBehalfOf = new DelegationContext("c", "s", [], scopes, null, new SubjectToken(text, TokenHash.Of(text), mesh.Clock.GetUtcNow().AddHours(1))),
            };
            await cache.GetAsync(last, CancellationToken.None);
        }
        var held = GC.GetTotalMemory(forceFullCollection: true) - before;
        var bytes = GC.GetAllocatedBytesForCurrentThread();
        var started = System.Diagnostics.Stopwatch.GetTimestamp();
        for (var i = 0; i < 1_000_000; i++)
            await cache.GetAsync(last!, CancellationToken.None);
        var each = System.Diagnostics.Stopwatch.GetElapsedTime(started).TotalNanoseconds / 1_000_000;
        Console.WriteLine($"{cache.Count:n0} tokens of {SizedSource.Length} characters: {held / 1024.0 / 1024.0:0.0} MiB, {held / Subjects} bytes each");
        Console.WriteLine($"a cached token: {each:0} ns, {(GC.GetAllocatedBytesForCurrentThread() - bytes) / 1_000_000} bytes");
        return 0;
    }

    private sealed class SizedSource(TimeProvider time) : ITokenSource
    {
        public const int Length = 1000;

        public ValueTask<TokenResult> GetTokenAsync(TokenRequest request, CancellationToken cancellationToken = default) =>
            new(TokenResult.Success(new AccessToken(new string('x', Length), request.Scopes, time.GetUtcNow().AddMinutes(5))));
    }
}
