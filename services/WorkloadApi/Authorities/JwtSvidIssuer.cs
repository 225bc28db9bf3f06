using AgentMesh.Spiffe;
using AgentMesh.WorkloadApi.Configuration;
using AgentMesh.WorkloadApi.Serving;
using AgentMesh.WorkloadApi.Telemetry;

namespace AgentMesh.WorkloadApi.Authorities;

/// <summary>Issues JWT-SVIDs with the authority that signs now, and this server's address as <c>iss</c>.</summary>
internal sealed class JwtSvidIssuer(TrustState trust, IssuerAddress issuer, WorkloadApiSettings settings, WorkloadApiTelemetry telemetry, TimeProvider time)
{
    private const string Kind = "jwt";

    public string Issue(SpiffeId subject, IReadOnlyList<string> audience)
    {
        using var activity = telemetry.StartIssue(subject, Kind);
        var now = time.GetUtcNow();
        var lifetime = settings.Manifest.Lifetimes.JwtSvid;
        var token = trust.Current.Jwt.Issue(subject, audience, issuer.Value, now, lifetime);
        telemetry.Issued(subject, Kind, now + lifetime);
        return token;
    }
}
