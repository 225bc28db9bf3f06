using System.Text.Json.Nodes;

namespace AgentMesh.Auth.Tests;

/// <summary>Security event tokens as the authorization server writes them, for the risk-analyst.</summary>
internal static class TestSecurityEvent
{
    public const string SessionRevoked = "https://schemas.openid.net/secevent/caep/event-type/session-revoked";
    public const string AccountEnabled = "https://schemas.openid.net/secevent/risc/event-type/account-enabled";

    public static JsonObject Party(string spiffeId) => Subject("uri", "uri", spiffeId);

    public static JsonObject Subject(string format, string member, string value) => new() { ["format"] = format, [member] = value };

    /// <summary>Sends an event and waits until a receiver has acknowledged it (null) or reported it (the error code).</summary>
    public static Task<string?> SendEventAsync(this TestMesh mesh, JsonObject subject, string type = SessionRevoked, TestSigningKey? key = null, Action<TestToken>? shape = null)
    {
        var (id, token) = mesh.WriteEvent(subject, type, key, shape);
        return mesh.Issuer.Events.Send(id, token).WaitAsync(TestContext.Current.CancellationToken);
    }

    public static (string Id, string Token) WriteEvent(this TestMesh mesh, JsonObject subject, string type, TestSigningKey? key = null, Action<TestToken>? shape = null)
    {
        var (set, id, now) = (new TestToken(), Guid.NewGuid().ToString("N"), mesh.Clock.GetUtcNow().ToUnixTimeSeconds());
        set.Header["typ"] = "secevent+jwt";
        set.Claims["iss"] = mesh.Issuer.Address.OriginalString;
        set.Claims["aud"] = TestManifest.IdOf("risk-analyst");
        set.Claims["jti"] = id;
        set.Claims["iat"] = now;
        set.Claims["sub_id"] = subject.DeepClone();
        set.Claims["events"] = new JsonObject { [type] = new JsonObject { ["event_timestamp"] = now } };
        shape?.Invoke(set);
        return (id, set.Sign(key ?? mesh.Issuer.Keys[^1]));
    }
}
