using System.Text.Json;

namespace AgentMesh.Spiffe.Internal;

/// <summary>A JOSE header with nothing in it but what JWT-SVID §2 allows.</summary>
internal sealed record JoseHeader(JoseAlgorithm Algorithm, string? KeyId)
{
    private static readonly JsonDocumentOptions Limits = new() { MaxDepth = 4, AllowDuplicateProperties = false };

    public static JoseHeader? Parse(byte[] json, out string? error)
    {
        using var document = JsonDocument.Parse(json, Limits);
        error = "its header is not an object";
        if (document.RootElement.ValueKind != JsonValueKind.Object)
            return null;
        JoseAlgorithm? algorithm = null;
        string? keyId = null;
        foreach (var member in document.RootElement.EnumerateObject())
        {
            var value = member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString() : null;
            error = member.Name switch
            {
                "alg" => (algorithm = JoseAlgorithm.Find(value)) is null ? "its algorithm is not allowed" : null,
                "kid" => (keyId = value) is null ? "its kid is not a string" : null,
                "typ" => value is "JWT" or "JOSE" ? null : "its typ is neither JWT nor JOSE",
                _ => "its header has another member than alg, kid and typ",
            };
            if (error is not null)
                return null;
        }
        error = algorithm is null ? "it names no algorithm" : null;
        return algorithm is null ? null : new JoseHeader(algorithm, keyId);
    }
}
