namespace AgentMesh.Auth.AspNetCore;

/// <summary>Stable codes of why a request was refused, in the order of the checks. They stand in audit events, metrics and problem details.</summary>
public static class DecisionReason
{
    /// <summary>The request came over a connection on which no peer was proven.</summary>
    public const string PeerMissing = "peer_missing";

    /// <summary>The peer's SVID is not valid at this moment.</summary>
    public const string PeerExpired = "peer_expired";

    /// <summary>The peer's SVID no longer chains to a trust domain that is trusted.</summary>
    public const string PeerUntrusted = "peer_untrusted";

    /// <summary>No access token came with the request.</summary>
    public const string TokenMissing = "token_missing";

    /// <summary>More than one credential, or a scheme other than Bearer and DPoP.</summary>
    public const string CredentialMalformed = "credential_malformed";

    /// <summary>A token came to a party that takes none (manifest <c>"auth": "mtls"</c>).</summary>
    public const string CredentialNotAccepted = "credential_not_accepted";

    /// <summary>The token is not a signed JWT with the claims of RFC 9068 §2.2.</summary>
    public const string TokenMalformed = "token_malformed";

    /// <summary>The header says more than algorithm, type and key id (RFC 8725 §3.10).</summary>
    public const string TokenHeader = "token_header";

    /// <summary>The algorithm is not ES256 (RFC 8725 §3.1).</summary>
    public const string TokenAlgorithm = "token_algorithm";

    /// <summary><c>typ</c> is not <c>at+jwt</c> (RFC 9068 §4).</summary>
    public const string TokenType = "token_type";

    /// <summary>The issuer has no key of this id.</summary>
    public const string TokenKeyUnknown = "token_key_unknown";

    /// <summary>The issuer's keys cannot be read, so nothing can be verified.</summary>
    public const string KeysUnavailable = "keys_unavailable";

    /// <summary>The signature does not fit.</summary>
    public const string TokenSignature = "token_signature";

    /// <summary>Another issuer.</summary>
    public const string TokenIssuer = "token_issuer";

    /// <summary>The token is meant for somebody else, or for several.</summary>
    public const string TokenAudience = "token_audience";

    /// <summary>The token has ended.</summary>
    public const string TokenExpired = "token_expired";

    /// <summary>The token's time has not come.</summary>
    public const string TokenNotYetValid = "token_not_yet_valid";

    /// <summary>The token lives longer than the manifest allows.</summary>
    public const string TokenLifetime = "token_lifetime";

    /// <summary>The token is a person's, or does not say that it is an application's own (Microsoft Entra ID).</summary>
    public const string TokenNotApplication = "token_not_application";

    /// <summary>The application proved itself to Microsoft Entra ID with a secret, or not at all, rather than with an assertion.</summary>
    public const string TokenClientSecret = "token_client_secret";

    /// <summary>The application is not one that is configured to be a party of the mesh (Microsoft Entra ID).</summary>
    public const string CallerUnknown = "caller_unknown";

    /// <summary>The token is bound to nothing (RFC 8705 §3, RFC 9449 §6).</summary>
    public const string BindingMissing = "cnf_missing";

    /// <summary>The token is bound to another certificate than the connection's.</summary>
    public const string BindingMismatch = "cnf_mismatch";

    /// <summary>The token is bound to a key, but came as Bearer, without a proof of it (RFC 9449 §7.2).</summary>
    public const string ProofRequired = "dpop_required";

    /// <summary>The token came with the scheme DPoP, but is bound to no key.</summary>
    public const string ProofNotBound = "dpop_not_bound";

    /// <summary>The scheme is DPoP, but there is no proof.</summary>
    public const string ProofMissing = ProofFault.Missing;

    /// <summary>There is more than one proof.</summary>
    public const string ProofRepeated = ProofFault.Repeated;

    /// <summary>The proof is not a signed JWT with the claims of RFC 9449 §4.2.</summary>
    public const string ProofMalformed = ProofFault.Malformed;

    /// <summary>The proof's header says more than type, algorithm and key.</summary>
    public const string ProofHeader = ProofFault.Header;

    /// <summary>The proof's <c>typ</c> is not <c>dpop+jwt</c>.</summary>
    public const string ProofType = ProofFault.Type;

    /// <summary>The proof's algorithm is not ES256.</summary>
    public const string ProofAlgorithm = ProofFault.Algorithm;

    /// <summary>The proof's key is not a public one on P-256.</summary>
    public const string ProofKey = ProofFault.Key;

    /// <summary>The proof is not signed with its key.</summary>
    public const string ProofSignature = ProofFault.Signature;

    /// <summary>The proof was signed with another key than the token is bound to.</summary>
    public const string ProofKeyMismatch = "dpop_key_mismatch";

    /// <summary>The proof was made for another method.</summary>
    public const string ProofMethod = ProofFault.Method;

    /// <summary>The proof is too old, or from the future.</summary>
    public const string ProofTime = ProofFault.Time;

    /// <summary>The proof was made for another address.</summary>
    public const string ProofAddress = ProofFault.Address;

    /// <summary>The proof was made for another token.</summary>
    public const string ProofToken = ProofFault.Token;

    /// <summary>The proof was used before.</summary>
    public const string ProofReplayed = ProofFault.Replayed;

    /// <summary>So many proofs are remembered that none can be taken for the moment.</summary>
    public const string ProofsFull = "dpop_proofs_full";

    /// <summary>The token's current actor or client is not the peer.</summary>
    public const string ActorMismatch = "actor_mismatch";

    /// <summary>The caller, the subject or an actor of the chain was revoked.</summary>
    public const string AgentRevoked = "agent_revoked";

    /// <summary>The token was revoked.</summary>
    public const string TokenRevoked = "token_revoked";

    /// <summary>The task was revoked.</summary>
    public const string TransactionRevoked = "transaction_revoked";

    /// <summary>What is revoked has not been received since the process started, or not for longer than allowed and the credential is older than that.</summary>
    public const string RevocationUnknown = "revocation_unknown";

    /// <summary>The manifest has no edge from the peer.</summary>
    public const string EdgeUnknown = "edge_unknown";

    /// <summary>The endpoint's scope was not granted.</summary>
    public const string InsufficientScope = "insufficient_scope";

    /// <summary>The endpoint declares no scope, so nobody may call it.</summary>
    public const string ScopeUndeclared = "scope_undeclared";

    /// <summary>A web page made the request, to an endpoint that serves none.</summary>
    public const string OriginRefused = "origin_refused";

    /// <summary>There is no such endpoint.</summary>
    public const string EndpointUnknown = "endpoint_unknown";

    /// <summary>The decision could not be recorded.</summary>
    public const string AuditUnavailable = "audit_unavailable";
}
