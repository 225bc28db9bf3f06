// TEMPORARY: public surface that the other parts compile against. Replaced file by file by the real thing.
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
#pragma warning disable CS1591, CA1822, CA1065, CS9113, IDE0060
namespace AgentMesh.Auth;

/// Settings of one party of the mesh, bound to the configuration section "Mesh" (environment: Mesh__Manifest …), validated on start.
public sealed class MeshOptions
{
    public string Manifest { get; set; } = "mesh.json";     // Mesh:Manifest, path; searched upwards from the content root when relative
    public string? Name { get; set; }                       // Mesh:Name, e.g. "advisor"; must match the SVID's SPIFFE ID
    public Uri? Issuer { get; set; }                        // Mesh:Issuer, the authorization server's issuer, https://127.0.0.1:7443/
    public string? AuditDirectory { get; set; }             // Mesh:AuditDirectory; journal is {dir}/{name}.jsonl
}

/// The request being served, for outbound calls made on its behalf (AsyncLocal). Never prints the token.
public sealed class DelegationContext
{
    public static DelegationContext? Current => throw new NotImplementedException();   // null: not serving a request
    public string Caller => throw new NotImplementedException();                       // SPIFFE ID of the peer on the connection
    public string Subject => throw new NotImplementedException();                      // sub
    public IReadOnlyList<string> ActorChain => throw new NotImplementedException();    // newest first
    public string Scopes => throw new NotImplementedException();                       // space-delimited
    public string? TransactionId => throw new NotImplementedException();               // txn
    public bool HasScope(string scope) => throw new NotImplementedException();
}

public static class AgentAuthExtensions
{
    // MeshOptions, manifest (as MeshManifest singleton), SpiffeSource, token client, audit journal: what both halves need
    public static IServiceCollection AddMeshIdentity(this IServiceCollection services, IConfiguration configuration) => throw new NotImplementedException();
    // the one line: mTLS to the callee's SPIFFE ID, and (unless the callee is an mtls one) an exchanged token for these scopes on every request
    public static IHttpClientBuilder AddAgentAuth(this IHttpClientBuilder builder, string callee, params string[] scopes) => throw new NotImplementedException();
}

/// One decision, for the audit journal, the log record and the table of hops in `mesh up` (AI8).
public sealed record AuditEvent
{
    public required string Kind { get; init; }            // "decision" | "issuance" | "approval" | "revocation"
    public DateTimeOffset Time { get; init; }
    public required string Party { get; init; }           // SPIFFE ID of who decided
    public string? Caller { get; init; }                  // SPIFFE ID on the connection
    public string? Subject { get; init; }
    public IReadOnlyList<string>? Actors { get; init; }   // newest first
    public string? Callee { get; init; }
    public string? Action { get; init; }                  // "POST /score", "tool get_risk", "token-exchange"
    public string? Scopes { get; init; }
    public string? Authentication { get; init; }          // "mtls" | "mtls+token" | "jwt-svid" | "none"
    public required string Decision { get; init; }        // "allow" | "deny"
    public string? Reason { get; init; }                  // stable code: "insufficient_scope", "cnf_mismatch" …
    public string? TransactionId { get; init; }
    public string? TokenId { get; init; }                 // jti
    public string? TraceId { get; init; }
    public string? SpanId { get; init; }
    public double? DurationMs { get; init; }
    public string? PolicyVersion { get; init; }
}

public interface IAuditLog { ValueTask WriteAsync(AuditEvent auditEvent, CancellationToken cancellationToken = default); }
