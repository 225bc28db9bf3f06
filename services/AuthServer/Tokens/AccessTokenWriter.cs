using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using AgentMesh.AuthServer.Keys;

namespace AgentMesh.AuthServer.Tokens;

/// <summary>Serializes and signs access tokens: JWS, ES256, <c>typ=at+jwt</c> (RFC 9068 §2).</summary>
internal sealed class AccessTokenWriter(KeyRing keys, Issuer issuer)
{
    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <exception cref="InvalidOperationException">It is bound to nothing.</exception>
    public string Write(AccessToken token) => token is { Thumbprint: null, ProofKey: null }
        ? throw new InvalidOperationException("A token that is bound to nothing is worth stealing, and never signed.")
        : Sign(keys.Current, "at+jwt", WriteClaims(token));

    /// <summary>Signs any JWS payload with the current key; also used for security event tokens.</summary>
    public string Sign(SigningKey key, string type, ReadOnlyMemory<byte> payload)
    {
        var header = key.EncodedHeader(type);
        var length = header.Length + 1 + Base64Url.GetEncodedLength(payload.Length);
        var buffer = ArrayPool<byte>.Shared.Rent(length + 1 + Base64Url.GetEncodedLength(SigningKey.SignatureLength));
        try
        {
            header.CopyTo(buffer);
            buffer[header.Length] = (byte)'.';
            Base64Url.EncodeToUtf8(payload.Span, buffer.AsSpan(header.Length + 1));

            Span<byte> signature = stackalloc byte[SigningKey.SignatureLength];
            key.Sign(buffer.AsSpan(0, length), signature);
            buffer[length] = (byte)'.';
            var total = length + 1 + Base64Url.EncodeToUtf8(signature, buffer.AsSpan(length + 1));
            return Encoding.ASCII.GetString(buffer, 0, total);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private ReadOnlyMemory<byte> WriteClaims(AccessToken token)
    {
        var buffer = new ArrayBufferWriter<byte>(768);
        using var json = new Utf8JsonWriter(buffer, Json);
        json.WriteStartObject();
        json.WriteString("iss"u8, issuer.Value);
        json.WriteString("sub"u8, token.Subject);
        json.WriteString("client_id"u8, token.ClientId);
        WriteActors(json, token.Actors);
        json.WriteString("aud"u8, token.Audience);
        json.WriteString("scope"u8, token.Scope);
        json.WriteString("txn"u8, token.TransactionId);
        json.WriteString("jti"u8, token.Id);
        if (token.Ancestors.Count > 0)
        {
            json.WriteStartArray("ancestors"u8);
            foreach (var ancestor in token.Ancestors)
            {
                json.WriteStringValue(ancestor);
            }
            json.WriteEndArray();
        }
        json.WriteNumber("iat"u8, token.IssuedAt.ToUnixTimeSeconds());
        json.WriteNumber("exp"u8, token.ExpiresAt.ToUnixTimeSeconds());
        json.WriteStartObject("cnf"u8);
        if (token.Thumbprint is { } thumbprint)
        {
            json.WriteString("x5t#S256"u8, thumbprint);
        }
        if (token.ProofKey is { } proofKey)
        {
            json.WriteString("jkt"u8, proofKey);
        }
        json.WriteEndObject();
        if (token.MayAct is { } mayAct)
        {
            json.WriteStartObject("may_act"u8);
            json.WriteString("sub"u8, mayAct);
            json.WriteEndObject();
        }
        if (token.AuthorizationDetails is { } details)
        {
            json.WritePropertyName("authorization_details"u8);
            details.WriteTo(json);
        }
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }

    private static void WriteActors(Utf8JsonWriter json, IReadOnlyList<string> actors)
    {
        foreach (var actor in actors)
        {
            json.WriteStartObject("act"u8);
            json.WriteString("sub"u8, actor);
        }
        for (var i = 0; i < actors.Count; i++)
        {
            json.WriteEndObject();
        }
    }
}
