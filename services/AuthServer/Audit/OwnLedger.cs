using AgentMesh.Auth;
using AgentMesh.Manifest;
using Microsoft.Extensions.Options;

namespace AgentMesh.AuthServer.Audit;

/// <summary>This server's own journal goes into the ledger as everybody's does, without the detour over a connection.</summary>
internal sealed class OwnLedger(AuditLedger ledger, MeshManifest manifest, IOptions<MeshOptions> options) : IAuditLedger
{
    private readonly string _party = manifest.Services["auth-server"].SpiffeId;

    public Task<LedgerAnswer> AppendAsync(ReadOnlyMemory<byte> records, CancellationToken cancellationToken = default) =>
        ledger.AppendAsync(_party, options.Value.AuditInstance, records, cancellationToken);
}
