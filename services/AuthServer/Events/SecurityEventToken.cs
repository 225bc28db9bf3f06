using System.Buffers;
using System.Text.Json;
using AgentMesh.AuthServer.Keys;
using AgentMesh.AuthServer.Revocation;
using AgentMesh.AuthServer.Storage;
using AgentMesh.AuthServer.Tokens;
using AgentMesh.Manifest;

namespace AgentMesh.AuthServer.Events;

/// <summary>
/// Writes an event as a signed security event token (RFC 8417). What is revoked is its <c>sub_id</c> (RFC 9493): a party's SPIFFE ID as
/// <c>uri</c>, a token as <c>jwt_id</c>, a task's <c>txn</c> as <c>opaque</c>. Every member of the mesh is told the same, so its audience
/// is the trust domain (RFC 8417 §2.2) and one signature serves them all.
/// </summary>
internal sealed class SecurityEventToken(KeyRing keys, AccessTokenWriter writer, Issuer issuer, MeshManifest manifest)
{
    public const string SessionRevoked = "https://schemas.openid.net/secevent/caep/event-type/session-revoked";
    public const string AccountEnabled = "https://schemas.openid.net/secevent/risc/event-type/account-enabled";

    private readonly string _audience = $"spiffe://{manifest.TrustDomain}";

    /// <summary>The key that <see cref="Write"/> signs with now.</summary>
    public string KeyId => keys.Current.Id;

    public string Write(SecurityEventRow row)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("iss"u8, issuer.Value);
            json.WriteString("aud"u8, _audience);
            json.WriteString("jti"u8, row.Id);
            json.WriteNumber("iat"u8, row.OccurredAt.ToUnixTimeSeconds());
            WriteSubject(json, row);
            json.WriteStartObject("events"u8);
            json.WriteStartObject(row.Kind == SecurityEventKind.PartyEnabled ? AccountEnabled : SessionRevoked);
            // To the millisecond: no two events share one, so their order can be told whatever order they arrive in.
            json.WriteNumber("event_timestamp"u8, row.OccurredAt.ToUnixTimeMilliseconds() / 1000m);
            json.WriteString("initiating_entity"u8, "admin"u8);
            if (row.ExpiresAt is { } expires)
            {
                // After this the receiver may forget it: nothing that it concerns is valid any more.
                json.WriteNumber("expires_at"u8, expires.ToUnixTimeSeconds());
            }
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndObject();
        }
        return writer.Sign(keys.Current, "secevent+jwt", buffer.WrittenMemory);
    }

    private void WriteSubject(Utf8JsonWriter json, SecurityEventRow row)
    {
        json.WriteStartObject("sub_id"u8);
        switch (row.Kind)
        {
            case SecurityEventKind.TokenRevoked:
                json.WriteString("format"u8, "jwt_id"u8);
                json.WriteString("iss"u8, issuer.Value);
                json.WriteString("jti"u8, row.Subject);
                break;
            case SecurityEventKind.TransactionRevoked:
                json.WriteString("format"u8, "opaque"u8);
                json.WriteString("id"u8, row.Subject);
                break;
            default:
                json.WriteString("format"u8, "uri"u8);
                json.WriteString("uri"u8, row.Subject);
                break;
        }
        json.WriteEndObject();
    }
}
