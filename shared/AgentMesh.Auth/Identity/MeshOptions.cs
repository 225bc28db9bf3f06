using System.Text.Json;

namespace AgentMesh.Auth;

/// <summary>
/// Settings of one party of the mesh, bound from the configuration section <c>Mesh</c>
/// (as environment variables: <c>Mesh__Manifest</c>, <c>Mesh__Name</c> …) and validated when the host starts.
/// </summary>
public sealed class MeshOptions
{
    /// <summary>The configuration section these settings are bound from.</summary>
    public const string Section = "Mesh";

    /// <summary>
    /// Path of the mesh manifest. A relative path is searched for in the content root and in each folder above it.
    /// </summary>
    public string Manifest { get; set; } = "mesh.json";

    /// <summary>Name of this party in the manifest, such as <c>advisor</c>. The SVID it receives must carry that party's SPIFFE ID.</summary>
    public string? Name { get; set; }

    /// <summary>
    /// Issuer identifier of the authorization server (RFC 8414 §2): an absolute https address without query or fragment.
    /// Needed by a party that is called with tokens or calls with tokens; it is compared as written.
    /// </summary>
    public Uri? Issuer { get; set; }

    /// <summary>
    /// Folder of the audit journal <c>{AuditDirectory}/{Name}.jsonl</c>. A request whose decision cannot be written there is refused. Only in the
    /// environment Development it may be null: decisions are written to the log alone.
    /// </summary>
    public string? AuditDirectory { get; set; }

    /// <summary>How large a file of the journal may become before the next is begun. From 1 MiB to 16 GiB. Default: 64 MiB.</summary>
    public long AuditSegmentBytes { get; set; } = JournalLimits.Default.SegmentBytes;

    /// <summary>How old a file of the journal may become before the next is begun. From a minute to 366 days. Default: a day.</summary>
    public TimeSpan AuditSegmentAge { get; set; } = JournalLimits.Default.SegmentAge;

    /// <summary>
    /// How many full files of the journal stay here although the ledger has all of their records. From 0. Default: 4. What the ledger does not have is never removed.
    /// </summary>
    public int AuditSegmentsKept { get; set; } = JournalLimits.Default.SegmentsKept;

    /// <summary>
    /// Tells the journals of several processes of the same party apart in the ledger: letters, digits, <c>.</c>, <c>_</c> and <c>-</c>, at most 64.
    /// One name, one chain. Default: the machine's name, which is the pod's in Kubernetes.
    /// </summary>
    public string AuditInstance { get; set; } = DefaultInstance();

    /// <summary><c>x509</c> (the default) or <c>jwt</c>: how this party proves itself to the authorization server.</summary>
    public ClientAuthentication ClientAuthentication { get; set; }

    /// <summary>The issuer exactly as configured, which is what <c>iss</c> and <c>aud</c> claims are compared with.</summary>
    internal string? IssuerText => Issuer?.OriginalString;

    internal static InvalidOperationException NoIssuer() =>
        new($"{Names(nameof(Issuer))} is not set. Set it to the authorization server's issuer, such as https://127.0.0.1:7443/.");

    internal JournalLimits JournalLimits => new() { SegmentBytes = AuditSegmentBytes, SegmentAge = AuditSegmentAge, SegmentsKept = AuditSegmentsKept };

    internal static bool IsInstance(string? text) => text is { Length: > 0 and <= 64 } && text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-') && text is not ("." or "..");

    private static string DefaultInstance() => IsInstance(Environment.MachineName) ? Environment.MachineName : "default";

    /// <summary>Both spellings of a setting, for messages.</summary>
    internal static string Names(string setting) => $"{Section}:{setting} (environment: {Section}__{setting})";

    /// <summary>The settings without anything that could be a secret, for diagnostics.</summary>
    /// <returns>Name, manifest and issuer as JSON.</returns>
    public override string ToString() =>
        $$"""{"name":"{{JsonEncodedText.Encode(Name ?? "")}}","manifest":"{{JsonEncodedText.Encode(Manifest)}}","issuer":"{{JsonEncodedText.Encode(IssuerText ?? "")}}"}""";
}
