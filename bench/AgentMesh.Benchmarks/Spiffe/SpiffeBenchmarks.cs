using System.Security.Cryptography.X509Certificates;
using AgentMesh.Spiffe;
using AgentMesh.Testing;
using BenchmarkDotNet.Attributes;

namespace AgentMesh.Benchmarks.Spiffe;

/// <summary>What identity costs a connection and a request.</summary>
[MemoryDiagnoser]
public class SpiffeBenchmarks : IDisposable
{
    private TestAuthority _authority = null!;
    private StaticSource _bundles = null!;
    private X509Certificate2 _leaf = null!;
    private string _id = "";
    private string _token = "";
    private DateTimeOffset _now;

    /// <summary>One SVID and one token of one authority.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _authority = new TestAuthority("bench.test");
        _bundles = _authority.Source(_authority.Id("/agent/me"));
        _id = "spiffe://bench.test/agent/advisor";
        _leaf = _authority.IssueCertificate(_authority.Id("/agent/advisor")).Leaf;
        _token = _authority.IssueJwt(_authority.Id("/agent/advisor"), "https://auth.bench.test/");
        _now = TimeProvider.System.GetUtcNow();
    }

    /// <summary>Destroys the keys.</summary>
    [GlobalCleanup]
    public void Dispose()
    {
        _authority.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Text to value.</summary>
    [Benchmark]
    public SpiffeId ParseSpiffeId() => SpiffeId.Parse(_id);

    /// <summary>Profile of a leaf that is verified already: a request's share.</summary>
    [Benchmark]
    public SvidValidation ReadId() => X509SvidValidator.ReadId(_leaf);

    /// <summary>Profile, path and signature: a connection's share.</summary>
    [Benchmark]
    public SvidValidation ValidateX509Svid() => X509SvidValidator.Validate(_leaf, [], _bundles, _now);

    /// <summary>Header, claims and ES256 signature.</summary>
    [Benchmark]
    public JwtSvidValidation ValidateJwtSvid() => JwtSvidValidator.Validate(_token, _bundles, "https://auth.bench.test/", _now);
}
