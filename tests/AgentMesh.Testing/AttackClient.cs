using System.Net.Security;
using System.Security.Authentication;

namespace AgentMesh.Testing;

/// <summary>A client that trusts everybody and shows whatever certificate it is given: what an attacker has.</summary>
public static class AttackClient
{
    public static SocketsHttpHandler CreateHandler(IssuedCertificate? certificate, SslProtocols protocols = SslProtocols.Tls13) => new()
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        SslOptions = new SslClientAuthenticationOptions
        {
            EnabledSslProtocols = protocols,
#pragma warning disable CA5359 // An attacker does not care whom it talks to.
            RemoteCertificateValidationCallback = static (_, _, _, _) => true,
#pragma warning restore CA5359
            ClientCertificateContext = certificate is null
                ? null : SslStreamCertificateContext.Create(certificate.Leaf, [.. certificate.Intermediates], offline: true),
        },
    };
}
