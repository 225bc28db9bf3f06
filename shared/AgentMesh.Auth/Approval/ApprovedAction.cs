using System.Diagnostics;
using AgentMesh.Manifest;
using AgentMesh.Spiffe;

namespace AgentMesh.Auth;

/// <summary>
/// What a person approved, good for one request to one callee. It holds the token that says so, bound to the SVID it was fetched with (RFC 8705 §3) or to a key (RFC 9449 §6), and never shows
/// it. Attach it with <see cref="ApprovalExtensions.WithApproval"/>.
/// </summary>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class ApprovedAction
{
    private readonly Party _callee;
    private readonly AccessToken _token;
    private readonly string _thumbprint;
    private readonly TimeProvider _time;
    private int _used;

    internal ApprovedAction(Party callee, AccessToken token, X509Svid svid, TimeProvider time) =>
        (_callee, _token, _thumbprint, _time) = (callee, token, svid.Thumbprint, time);

    /// <summary>Name of the agent that it was approved for.</summary>
    public string Callee => _callee.Name;

    /// <summary>What the token grants.</summary>
    public ScopeSet Scopes => _token.Scopes;

    /// <summary>When it ends, used or not.</summary>
    public DateTimeOffset ExpiresAt => _token.ExpiresAt;

    /// <summary>Whether a request was sent with it.</summary>
    public bool IsUsed => Volatile.Read(ref _used) != 0;

    /// <summary>The credential for exactly one request; or why this is not the one.</summary>
    internal AccessToken? Take(Party callee, ScopeSet scopes, X509Svid svid, out TokenError? refusal)
    {
        refusal = callee.SpiffeId != _callee.SpiffeId
                ? new("approval_for_another_callee", $"what was approved is to be done by {_callee.Name}.")
            : !_token.Scopes.ContainsAll(scopes)
                ? new("approval_for_other_scopes", $"what was approved takes \"{_token.Scopes}\".")
            : _token.ProofKey is null && _thumbprint != svid.Thumbprint
                ? new("approval_svid_rotated", "the approval is bound to an SVID that has been rotated since. Ask for approval again.")
            : _token.ExpiresAt <= _time.GetUtcNow()
                ? new("approval_expired", "what was approved has not been done in time. Ask for approval again.")
            // Last, so that a mistake does not use it up.
            : Interlocked.Exchange(ref _used, 1) != 0
                ? new("approval_used", "it was approved once, and has been sent once.")
            : null;
        return refusal is null ? _token : null;
    }

    /// <summary>Callee, scopes and expiry; never the token.</summary>
    /// <returns>A line for logs.</returns>
    public override string ToString() => $"approved: {Callee} [{Scopes}] until {ExpiresAt:O}{(IsUsed ? ", used" : "")}, value redacted";
}
