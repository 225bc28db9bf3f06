using AgentMesh.Spiffe;
using Google.Protobuf;

namespace AgentMesh.WorkloadApi.Authorities;

/// <summary>What another trust domain publishes, in the forms in which it is passed on. Never merged with ours or with another's (Federation §5).</summary>
internal sealed record FederatedBundle(TrustDomain TrustDomain, ByteString X509Authorities, ByteString JwtKeys, JwtBundle Verifier);
