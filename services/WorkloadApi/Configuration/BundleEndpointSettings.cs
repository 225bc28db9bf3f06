using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace AgentMesh.WorkloadApi.Configuration;

/// <summary>Where other trust domains fetch this one's bundle (SPIFFE Federation §5).</summary>
/// <param name="Url">The address and path it is served on.</param>
/// <param name="Certificate">Profile <c>https_web</c>: what authenticates it. Null: <c>https_spiffe</c>, with an X509-SVID of the Workload API's own.</param>
internal sealed record BundleEndpointSettings(Uri Url, X509Certificate2? Certificate)
{
    private const string Section = "Mesh:WorkloadApi:BundleEndpoint:";

    /// <returns>Null: it is not served.</returns>
    public static BundleEndpointSettings? Read(IConfiguration configuration)
    {
        if (!configuration.GetSection(Section.TrimEnd(':')).Exists())
            return null;
        var url = configuration.HttpsUrl(Section + "Url");
        var isWeb = configuration.OneOf(Section + "Profile", "https_spiffe", "https_web") == "https_web";
        return new BundleEndpointSettings(url, isWeb ? LoadCertificate(configuration) : null);
    }

    private static X509Certificate2 LoadCertificate(IConfiguration configuration)
    {
        var certificate = configuration.Required(Section + "Certificate", "the PEM file of the endpoint's certificate, which profile https_web needs");
        var key = configuration.Required(Section + "CertificateKey", "the PEM file of the certificate's private key");
        try
        {
            return X509Certificate2.CreateFromPemFile(certificate, key);
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"{Section}Certificate: {certificate} and {key} cannot be loaded: {e.Message}", e);
        }
    }
}
