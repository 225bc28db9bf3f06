namespace AgentMesh.Auth;

/// <summary>Stable codes of why a DPoP proof is refused, in the order of the checks (RFC 9449 §4.3).</summary>
internal static class ProofFault
{
    /// <summary>What all codes begin with.</summary>
    public const string Prefix = "dpop_proof_";

    public const string Missing = "dpop_proof_missing";
    public const string Repeated = "dpop_proof_repeated";
    public const string Malformed = "dpop_proof_malformed";
    public const string Header = "dpop_proof_header";
    public const string Type = "dpop_proof_type";
    public const string Algorithm = "dpop_proof_algorithm";
    public const string Key = "dpop_proof_key";
    public const string Signature = "dpop_proof_signature";
    public const string Method = "dpop_proof_method";
    public const string Address = "dpop_proof_address";
    public const string Time = "dpop_proof_time";
    public const string Token = "dpop_proof_token";
    public const string Replayed = "dpop_proof_replayed";

    /// <summary>Continues the sentence "The DPoP proof is refused: …".</summary>
    public static string Describe(string fault) => fault switch
    {
        Missing => "there is none",
        Repeated => "there is more than one",
        Malformed => "it is not a signed JWT with jti, htm, htu and iat",
        Header => "its header may hold typ, alg and jwk, each once, and nothing else",
        Type => "its typ is not dpop+jwt",
        Algorithm => "its alg is not ES256",
        Key => "its jwk is not a public key on P-256",
        Signature => "its signature is not that of its key",
        Method => "its htm is another method",
        Address => "its htu is another address",
        Time => "its iat is too far from now",
        Token => "its ath is another token's",
        Replayed => "its jti was used before",
        _ => fault,
    };
}
