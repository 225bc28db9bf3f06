namespace AgentMesh.AuthServer.Hosting;

internal static class Usage
{
    public const string Text = """
        The authorization server of an agent mesh: OAuth 2.0 token exchange between agents that authenticate with SPIFFE.

        It is configured by environment variables (or --Section:Key=value):
          ASPNETCORE_URLS                          https://127.0.0.1:7443;http://127.0.0.1:7080 (https: everything, http: loopback, health only)
          SPIFFE_ENDPOINT_SOCKET                   the Workload API, unix:///path/to/socket
          Mesh__Manifest                           path of mesh.json; searched for upwards when relative
          Mesh__Issuer                             the https address that callers reach this server by
          Mesh__AuditDirectory                     folder of the audit journal; required outside the environment Development
          Mesh__AuthServer__Database               sqlite (default) or postgresql
          Mesh__AuthServer__ConnectionString       default with sqlite: a file in the data directory
          Mesh__AuthServer__DataDirectory          default: .mesh/auth-server beside the manifest
          Mesh__AuthServer__KeyEncryptionKey       32 bytes in base64; encrypts the signing keys in the database
          Mesh__AuthServer__KeyEncryptionKeyFile   a file with the same, mode 0600; default with sqlite: made in the data directory
          Mesh__AuthServer__SvidWithdrawal         none (default) or workloadApi: also ends a disabled party's SVIDs, where AgentMesh's
                                                   own Workload API issues them; with SPIRE: spire-server entry delete
          Mesh__AuthServer__KeyRotationPeriod      how long a key signs (1.00:00:00)
          Mesh__AuthServer__KeyPublishAhead        how long before that it is published (01:00:00)
          Mesh__AuthServer__ApprovalPollInterval   how far apart polls for an approval must begin (00:00:05)
          Mesh__AuthServer__ApprovalPollHold       for how long such a poll waits for a person (00:00:20; 0 answers at once)
          Mesh__AuthServer__AuditBytesPerDay       how much of its journals one party may ship to the ledger in a day (4294967296)
          Mesh__AuthServer__AuditInstancesPerDay   how many journals one party may begin in a day (200)
          Mesh__AuthServer__ProofWindow            how far iat of a DPoP proof may be from now, either way (00:01:00)
          Mesh__AuthServer__MaxConnections         most connections at a time: two for each agent are enough (8192)
        """;
}
