using AgentMesh.AuthServer.Storage;

namespace AgentMesh.AuthServer.Events;

/// <summary>One event with its security event token, which is signed once for all streams and again only when the signing key has changed.</summary>
internal sealed class PublishedEvent(SecurityEventRow row)
{
    private readonly Lock _lock = new();
    private (string KeyId, string Token)? _signed;

    public SecurityEventRow Row => row;

    public string Token(SecurityEventToken writer)
    {
        lock (_lock)
        {
            if (_signed is not { } signed || signed.KeyId != writer.KeyId)
            {
                _signed = signed = (writer.KeyId, writer.Write(row));
            }
            return signed.Token;
        }
    }
}
