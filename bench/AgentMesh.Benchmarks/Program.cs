using AgentMesh.Benchmarks;
using AgentMesh.Benchmarks.A2A;
using AgentMesh.Benchmarks.Auth;
using AgentMesh.Benchmarks.Exchange;
using AgentMesh.Benchmarks.Manifest;
using AgentMesh.Benchmarks.Spiffe;
using AgentMesh.Benchmarks.WorkloadApi;
using BenchmarkDotNet.Running;

// A verb prints one part's figures in seconds; without one, BenchmarkDotNet takes its time.
var verbs = new Dictionary<string, Verb>(StringComparer.Ordinal)
{
    ["manifest"] = new("load, memory and decisions of a manifest with 10,000 agents and 100,000 edges", ManifestFigures.Print),
    ["exchange"] = new("token exchanges a second over mutual TLS, against the cryptography alone, with 4 and 10,000 clients", ExchangeFigures.Print),
    ["revocation"] = new("from an operator's call to the last of 4 agents refusing and the last of 200 subscribers told, under load", ExchangeRevocationFigures.Print),
    ["a2a"] = new("memory and order of 1,000 concurrent task streams, and 100,000 tasks listed page by page", A2AFigures.Print),
    ["inbound"] = new("what the checks of one request cost, beside one ES256 verification", InboundFigures.Print),
    ["call"] = new("a warm authenticated call beside the same call over the same mTLS without token and checks", CallFigures.Print),
    ["cache"] = new("memory of 10,000 cached tokens, and what using one costs", CacheFigures.Print),
    ["journal"] = new("durable audit records a second", JournalFigures.Print),
    ["workload"] = new("X509-SVIDs a second and the memory of 1,000 idle streams of the Workload API", WorkloadApiFigures.Print),
    ["rotation"] = new("requests over mutual TLS while SVIDs rotate 20 times and the authority once", RotationFigures.Print),
    ["spiffe"] = new("both of these: everything that is promised about issuing, streams and rotation", async rest =>
        await WorkloadApiFigures.Print(rest) | await RotationFigures.Print(rest)),
};

if (args is [var name, .. var rest] && verbs.TryGetValue(name, out var verb))
    return await verb.Run(rest);

if (args is ["help" or "--help" or "-h"])
{
    foreach (var (each, (description, _)) in verbs)
        Console.WriteLine($"{each,-12} {description}");
    Console.WriteLine("otherwise    BenchmarkDotNet's own arguments, for example --filter *Manifest*");
    return 0;
}

BenchmarkSwitcher.FromAssembly(typeof(Verb).Assembly).Run(args);
return 0;
