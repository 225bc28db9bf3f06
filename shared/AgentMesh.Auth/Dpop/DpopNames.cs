namespace AgentMesh.Auth;

/// <summary>Names of RFC 9449.</summary>
internal static class DpopNames
{
    /// <summary>The scheme of <c>Authorization</c> and <c>WWW-Authenticate</c> (§7.1), and the <c>token_type</c> (§5).</summary>
    public const string Scheme = "DPoP";

    /// <summary>The header that a proof is sent in (§4.1).</summary>
    public const string Header = "DPoP";

    /// <summary><c>typ</c> of a proof (§4.2).</summary>
    public const string ProofType = "dpop+jwt";

    /// <summary>The one algorithm of proofs in a mesh.</summary>
    public const string Algorithm = "ES256";

    /// <summary>The member of <c>cnf</c> that binds a token to a key (§6.1).</summary>
    public const string Confirmation = "jkt";

    /// <summary>The error code of §5 and §7.1.</summary>
    public const string InvalidProof = "invalid_dpop_proof";

    /// <summary>The member of metadata that lists algorithms (§5.1, RFC 9728 §2).</summary>
    public const string AlgorithmsSupported = "dpop_signing_alg_values_supported";
}
