namespace AgentMesh.WorkloadApi.Configuration;

internal static class Usage
{
    public const string Text = """
        WorkloadApi: the SPIFFE Workload API and its certificate authority, for machines without SPIRE.

        Settings (as --Name=value, or in the environment with __ for :)
          Mesh:Manifest                             path of mesh.json; default ./mesh.json
          Mesh:Configuration                        Debug or Release: which build of the mesh's programs gets identities; default its own
          Mesh:WorkloadApi:Socket                   path of the Unix socket, at most 107 bytes; required
          Mesh:WorkloadApi:SocketAccess             owner (default; mode 0600 in a folder 0700) or everyone (0666 in 0711)
          Mesh:WorkloadApi:AllowOutsideDevelopment  true to run although ASPNETCORE_ENVIRONMENT is not Development
          Mesh:WorkloadApi:Issuer                   iss of JWT-SVIDs; default the first address of ASPNETCORE_URLS
          Mesh:WorkloadApi:AuthorityLifetime        life of a signing key; default 1.00:00:00
          Mesh:WorkloadApi:PropagationDelay         how long a new signing key is published before it signs; default 00:00:10,
                                                    or three times the refresh hint when there is a bundle endpoint
          Mesh:WorkloadApi:RefreshHint              how often others should fetch /bundle; default 00:05:00
          Mesh:ExitWithParent                       true to end when standard input does
          ASPNETCORE_URLS                           loopback address of /health, /alive, /.well-known/openid-configuration,
                                                    /keys and /bundle; default a free port

        Federation with other trust domains
          Mesh:WorkloadApi:BundleEndpoint:Url       https URL to serve this trust domain's bundle on
          Mesh:WorkloadApi:BundleEndpoint:Profile   https_spiffe (default; as spiffe://<trust domain>/service/workload-api) or https_web
          Mesh:WorkloadApi:BundleEndpoint:Certificate, :CertificateKey
                                                    PEM files, for https_web
          Mesh:WorkloadApi:Federation:0:TrustDomain whose bundle to fetch and pass on; :1, :2 and so on for more
          Mesh:WorkloadApi:Federation:0:Url         its bundle endpoint
          Mesh:WorkloadApi:Federation:0:Profile     https_web or https_spiffe
          Mesh:WorkloadApi:Federation:0:EndpointSpiffeId
                                                    who serves it, for https_spiffe
          Mesh:WorkloadApi:Federation:0:BundleFile  a bundle of it that verifies the first connection, for https_spiffe;
                                                    it is waited for when it is not there yet

        Workloads find it with SPIFFE_ENDPOINT_SOCKET=unix:///path/of/w.sock
        Exit code 1: something is wrong with the settings, and the message says what.
        """;
}
