using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using AgentMesh.Deployment.Processes;

namespace AgentMesh.Deployment.Spire.Bootstrap;

/// <summary>Reads what <c>spire-server</c> prints. Its JSON is ProtoJSON with the field names of the proto files: 64-bit numbers are strings.</summary>
internal static class SpireServerOutput
{
    /// <summary>PEM that holds nothing but certificates, at least one.</summary>
    public static string Bundle(string output)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(output);
            return certificates.Count > 0 ? output : throw Unexpected("bundle show", "no certificate");
        }
        catch (CryptographicException e)
        {
            throw Unexpected("bundle show", "a certificate that cannot be read", e);
        }
        finally
        {
            foreach (var certificate in certificates)
                certificate.Dispose();
        }
    }

    public static string JoinToken(string output) => Read("token generate", output, root =>
        root.GetProperty("value").GetString() is { Length: > 0 } token && token.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')
            ? token
            : throw Unexpected("token generate", "no token"));

    public static IReadOnlyList<AttestedAgent> Agents(string output) => Read("agent list", output, root => root.GetProperty("agents").EnumerateArray()
        .Select(agent => new AttestedAgent(
            Id(agent.GetProperty("id")),
            DateTimeOffset.FromUnixTimeSeconds(Long(agent.GetProperty("x509svid_expires_at"))),
            agent.GetProperty("banned").GetBoolean()))
        .ToList());

    public static IReadOnlyList<RegisteredEntry> Entries(string output) => Read("entry show", output, root => root.GetProperty("entries").EnumerateArray()
        .Select(entry => new RegisteredEntry(
            entry.GetProperty("id").GetString()!,
            new RegistrationEntry(
                Id(entry.GetProperty("spiffe_id")),
                Id(entry.GetProperty("parent_id")),
                [.. entry.GetProperty("selectors").EnumerateArray().Select(selector =>
                    new Selector(selector.GetProperty("type").GetString()!, selector.GetProperty("value").GetString()!))],
                entry.GetProperty("x509_svid_ttl").GetInt32(),
                entry.GetProperty("jwt_svid_ttl").GetInt32())))
        .ToList());

    private static T Read<T>(string command, string output, Func<JsonElement, T> read)
    {
        try
        {
            using var document = JsonDocument.Parse(output);
            return read(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            // The exception's message would quote the output, which can be a token.
            throw Unexpected(command, "no JSON of the expected shape");
        }
    }

    private static string Id(JsonElement id) => $"spiffe://{id.GetProperty("trust_domain").GetString()}{id.GetProperty("path").GetString()}";

    private static long Long(JsonElement value) =>
        value.ValueKind == JsonValueKind.String ? long.Parse(value.GetString()!, CultureInfo.InvariantCulture) : value.GetInt64();

    private static CommandException Unexpected(string command, string what, Exception? inner = null) =>
        new($"spire-server {command} printed {what}. This was written for SPIRE 1.15.", inner);
}
