using System.Diagnostics.CodeAnalysis;
using AgentMesh.Manifest.Internal;
using AgentMesh.Manifest.Internal.Reading;

namespace AgentMesh.Manifest;

/// <summary>
/// The mesh's manifest, read and checked: the only place that says who may do what. Immutable and safe for any number of threads.
/// </summary>
public sealed class MeshManifest
{
    private readonly PolicyIndex _index;

    internal MeshManifest(ManifestContent content, string file, string? path, string root, string version, IReadOnlyList<ManifestDiagnostic> warnings)
    {
        File = file;
        Path = path;
        Root = root;
        Version = version;
        TrustDomain = content.TrustDomain;
        Lifetimes = content.Lifetimes;
        MaxDepth = content.MaxDepth;
        Scopes = content.Scopes;
        Agents = content.Parties[PartyKind.Agent];
        Operators = content.Parties[PartyKind.Operator];
        Services = content.Parties[PartyKind.Service];
        Warnings = warnings;
        _index = new PolicyIndex(content.Parties.All, content.Edges, content.Scopes.Values);
    }

    /// <summary>Reads a manifest from a file.</summary>
    /// <param name="path">The file; UTF-8, comments and trailing commas allowed, at most 16 MB.</param>
    /// <exception cref="ManifestException">The file is missing, cannot be read or has errors; each with file, line, column and what to write instead.</exception>
    public static MeshManifest Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var full = System.IO.Path.GetFullPath(path);
        return ManifestReader.Read(ManifestFile.ReadAllBytes(full, path), path, full, System.IO.Path.GetDirectoryName(full)!);
    }

    /// <summary>Reads a manifest from text. Its <see cref="Root"/> is the current directory.</summary>
    /// <param name="json">The manifest's text.</param>
    /// <param name="fileName">How diagnostics name it.</param>
    /// <exception cref="ManifestException">The text has errors; each with line, column and what to write instead.</exception>
    public static MeshManifest Parse(string json, string fileName = "mesh.json")
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(fileName);
        return ManifestReader.Read(ManifestFile.Encode(json, fileName), fileName, path: null, Environment.CurrentDirectory);
    }

    /// <summary>How diagnostics name the file.</summary>
    internal string File { get; }

    /// <summary>The file's absolute path; null when the manifest was parsed from text.</summary>
    public string? Path { get; }

    /// <summary>The absolute folder that projects and executables are relative to: the manifest's own.</summary>
    public string Root { get; }

    /// <summary><c>sha256:</c> and the lower-case hexadecimal hash of the file's bytes. Audit events carry it, so that each decision names its policy.</summary>
    public string Version { get; }

    /// <summary>The SPIFFE trust domain's name, without scheme (SPIFFE-ID §2.1).</summary>
    public string TrustDomain { get; }

    /// <summary>How long credentials live.</summary>
    public Lifetimes Lifetimes { get; }

    /// <summary>How deep <c>act</c> may nest in an access token (RFC 8693 §4.1), 1 to 16; 4 when the manifest is silent.</summary>
    public int MaxDepth { get; }

    /// <summary>The scopes by name, in the manifest's order.</summary>
    public IReadOnlyDictionary<string, ScopeDefinition> Scopes { get; }

    /// <summary>The agents by name, in the manifest's order.</summary>
    public IReadOnlyDictionary<string, Party> Agents { get; }

    /// <summary>The operators by name, in the manifest's order.</summary>
    public IReadOnlyDictionary<string, Party> Operators { get; }

    /// <summary>The mesh's own services by name: those that the manifest names, and always <c>auth-server</c>, <c>workload-api</c> and <c>console</c>.</summary>
    public IReadOnlyDictionary<string, Party> Services { get; }

    /// <summary>What is allowed but probably not meant.</summary>
    public IReadOnlyList<ManifestDiagnostic> Warnings { get; }

    /// <summary>Finds an agent, operator or service. Costs the same in a mesh of any size and allocates nothing.</summary>
    /// <param name="nameOrSpiffeId">Its name or its SPIFFE ID, compared exactly.</param>
    /// <param name="party">The party, if there is one.</param>
    public bool TryGetParty(ReadOnlySpan<char> nameOrSpiffeId, [NotNullWhen(true)] out Party? party) =>
        _index.TryGetParty(nameOrSpiffeId, out party);

    /// <summary>
    /// Finds the edge between two parties, each by name or SPIFFE ID. With <see cref="Edge.Allows"/> it answers an
    /// <see cref="EdgeAuthentication.Mtls"/> callee's question which scopes a peer has. Allocates nothing.
    /// </summary>
    public bool TryGetEdge(ReadOnlySpan<char> caller, ReadOnlySpan<char> callee, [NotNullWhen(true)] out Edge? edge)
    {
        edge = null;
        return _index.TryGetParty(caller, out var from) && _index.TryGetParty(callee, out var to) && _index.TryGetEdge(from, to, out edge);
    }

    /// <summary>
    /// May <paramref name="caller"/> call <paramref name="callee"/> with these scopes? Costs the same in a mesh of any size and
    /// allocates nothing. <see cref="PolicyOutcome"/> gives the order in which reasons are looked for.
    /// </summary>
    /// <param name="caller">Name or SPIFFE ID, compared exactly.</param>
    /// <param name="callee">Name or SPIFFE ID, compared exactly.</param>
    /// <param name="scopes">
    /// Space-delimited; every one must be on the edge, and its own <c>when</c> met. Empty: all of the edge's scopes that the request
    /// being served justifies and that need no approval (<see cref="Edge.ScopesFor"/>); if none is left, the answer is
    /// <see cref="PolicyOutcome.ApprovalRequired"/> or, where approval would not help either, <see cref="PolicyOutcome.NotServing"/>.
    /// </param>
    /// <param name="serving">The scopes of the request that the caller is serving, space-delimited; empty when it serves none.</param>
    public PolicyDecision Decide(ReadOnlySpan<char> caller, ReadOnlySpan<char> callee, ReadOnlySpan<char> scopes, ReadOnlySpan<char> serving) =>
        _index.Decide(caller, callee, scopes, serving);

    /// <summary>Everything that anybody may ask of a callee: the union of the scopes on the edges that lead to it. Empty for an unknown one.</summary>
    public IReadOnlyCollection<string> ScopesOf(ReadOnlySpan<char> callee) =>
        _index.TryGetParty(callee, out var party) ? party.InboundScopes : [];
}
