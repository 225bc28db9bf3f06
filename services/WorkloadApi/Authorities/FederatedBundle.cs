using AgentMesh.Spiffe;
using Google.Protobuf;

namespace AgentMesh.WorkloadApi.Authorities;

/// <summary>What another trust domain publishes, in the forms in which it is passed on. Never merged with ours or with another's (Federation §4.2).</summary>
internal sealed class FederatedBundle(SpiffeBundle bundle)
{
    public SpiffeBundle Bundle => bundle;

    /// <summary>Concatenated DER certificates.</summary>
    public ByteString X509Authorities { get; } = Der(bundle.X509Bundle);

    /// <summary>JWK Set.</summary>
    public ByteString JwtKeys { get; } = UnsafeByteOperations.UnsafeWrap(bundle.JwtBundle.ToJson());

    public static ByteString Der(X509Bundle bundle) => ByteString.CopyFrom([.. bundle.Authorities.SelectMany(a => a.RawData)]);
}
