using AgentMesh.Manifest;
using BenchmarkDotNet.Attributes;

namespace AgentMesh.Benchmarks.Manifest;

/// <summary>Loading and asking a manifest with 10,000 agents and 100,000 edges.</summary>
[MemoryDiagnoser]
public class ManifestBenchmarks
{
    private const string Caller = "spiffe://large.example.org/agent/agent-04711";
    private string _text = "";
    private MeshManifest _mesh = null!;
    private string _callee = "";
    private string _scope = "";
    private string _serving = "";

    /// <summary>Reads the manifest once.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _text = ManifestLarge.Text();
        _mesh = MeshManifest.Parse(_text);
        var callee = ManifestLarge.Callee(4711, 3);
        _callee = "spiffe://large.example.org/agent/" + ManifestLarge.Name(callee);
        _scope = ManifestLarge.Scope(callee);
        _serving = ManifestLarge.When(4711, 3)!;
    }

    /// <summary>The whole manifest.</summary>
    [Benchmark]
    public MeshManifest Load() => MeshManifest.Parse(_text);

    /// <summary>An allowed call on an edge with a condition.</summary>
    [Benchmark]
    public PolicyDecision Allowed() => _mesh.Decide(Caller, _callee, _scope, _serving);

    /// <summary>The same call while nothing is served.</summary>
    [Benchmark]
    public PolicyDecision Refused() => _mesh.Decide(Caller, _callee, _scope, "");

    /// <summary>What an mTLS callee asks about its peer.</summary>
    [Benchmark]
    public bool ScopeOfPeer() => _mesh.TryGetEdge(Caller, _callee, out var edge) && edge.Allows(_scope);
}
