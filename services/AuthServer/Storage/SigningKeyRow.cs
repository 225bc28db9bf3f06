namespace AgentMesh.AuthServer.Storage;

internal sealed class SigningKeyRow
{
    public int Generation { get; init; }
    public DateTimeOffset ActiveFrom { get; init; }
    public required byte[] ProtectedKey { get; init; }
}
