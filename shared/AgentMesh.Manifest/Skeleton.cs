// TEMPORARY: public surface that the other parts compile against. Replaced file by file by the real thing.
#pragma warning disable CS1591, CA1822, CA1065, CS9113, IDE0060, CA1032, CA1024
namespace AgentMesh.Manifest;

public sealed record ManifestDiagnostic(string File, int Line, int Column, bool IsError, string Message);  // ToString: "mesh.json(12,7): error: …"

public sealed class ManifestException(IReadOnlyList<ManifestDiagnostic> diagnostics) : Exception
{
    public IReadOnlyList<ManifestDiagnostic> Diagnostics => diagnostics;
}

public sealed record Lifetimes(TimeSpan X509Svid, TimeSpan JwtSvid, TimeSpan AccessToken);
public sealed record ScopeDefinition(string Name, string Description, bool NeedsApproval);
public enum PartyKind { Agent, Operator, Service }
public enum EdgeAuthentication { OAuth, Mtls }        // from the callee's "auth"

/// Who can hold an identity: an agent, an operator (a person's command line or browser) or a service of the mesh itself.
public sealed class Party
{
    public string Name => throw new NotImplementedException();
    public PartyKind Kind => throw new NotImplementedException();
    public string SpiffeId => throw new NotImplementedException();    // agents: by the template; operators spiffe://td/operator/{name}; services spiffe://td/service/{name}
    public string? Project => throw new NotImplementedException();    // folder relative to the manifest
    public string? Executable => throw new NotImplementedException(); // explicit path, or null: {root}/{project}/bin/{Configuration}/net10.0/{last folder of project}
    public IReadOnlyList<string> Selectors => throw new NotImplementedException(); // e.g. "unix:path:/x", "unix:uid:1000", "unix:sha256:…"; empty: executable path of the project + same uid as the server
    public EdgeAuthentication Authentication => throw new NotImplementedException();
    public IReadOnlyDictionary<string, Edge> Calls => throw new NotImplementedException();  // by callee's name
    public IReadOnlySet<string> Permissions => throw new NotImplementedException();         // operators: "approve", "revoke", "audit"
}

public sealed class Edge
{
    public Party Caller => throw new NotImplementedException();
    public Party Callee => throw new NotImplementedException();
    public IReadOnlyList<string> Scopes => throw new NotImplementedException();
    public IReadOnlyList<string> When => throw new NotImplementedException();   // empty: entry point
}

public enum PolicyOutcome { Allowed, UnknownCaller, UnknownCallee, NoEdge, ScopeNotGranted, NotServing, ApprovalRequired }
/// Scope: the one it failed on (or that needs approval). Allocates nothing; ToString() explains.
public readonly record struct PolicyDecision(PolicyOutcome Outcome, Edge? Edge, string? Scope)
{
    public bool IsAllowed => Outcome == PolicyOutcome.Allowed;
}

public sealed class MeshManifest
{
    public static MeshManifest Load(string path) => throw new NotImplementedException();      // ManifestException with file, line, column
    public static MeshManifest Parse(string json, string fileName = "mesh.json") => throw new NotImplementedException();
    public string? Path => throw new NotImplementedException();
    public string Root => throw new NotImplementedException();              // folder of the manifest
    public string Version => throw new NotImplementedException();           // "sha256:…" of the text; goes into audit events (AI9)
    public string TrustDomain => throw new NotImplementedException();
    public Lifetimes Lifetimes => throw new NotImplementedException();
    public int MaxDepth => throw new NotImplementedException();
    public IReadOnlyDictionary<string, ScopeDefinition> Scopes => throw new NotImplementedException();
    public IReadOnlyDictionary<string, Party> Agents => throw new NotImplementedException();
    public IReadOnlyDictionary<string, Party> Operators => throw new NotImplementedException();
    public IReadOnlyDictionary<string, Party> Services => throw new NotImplementedException();   // always auth-server, workload-api, console: defaulted when the manifest is silent
    public IReadOnlyList<ManifestDiagnostic> Warnings => throw new NotImplementedException();
    public bool TryGetParty(ReadOnlySpan<char> nameOrSpiffeId, out Party? party) => throw new NotImplementedException();  // O(1), no allocation; agents, operators, services
    // May `caller` call `callee` with all of `scopes` (space-delimited; empty: all of the edge) while serving a request that carries `serving` (space-delimited; empty: not serving)?
    // O(1) in the size of the mesh, allocates nothing. caller/callee: name or SPIFFE ID.
    public PolicyDecision Decide(ReadOnlySpan<char> caller, ReadOnlySpan<char> callee, ReadOnlySpan<char> scopes, ReadOnlySpan<char> serving) => throw new NotImplementedException();
    // Everything that can be asked of `callee`: union of the scopes on its inbound edges
    public IReadOnlyCollection<string> ScopesOf(ReadOnlySpan<char> callee) => throw new NotImplementedException();
}

/// Where a party's executable is when the manifest's project convention is used.
public static class ProjectExecutable
{
    public static string Resolve(MeshManifest manifest, Party party, string configuration) => throw new NotImplementedException();
}
