using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Options;

namespace AgentMesh.Auth;

/// <summary>The authorization server's ledger over mTLS: the SVID says whose journal it is, <see cref="MeshOptions.AuditInstance"/> which of them.</summary>
internal sealed class RemoteLedger(AuthorizationServer server, IOptions<MeshOptions> options) : IAuditLedger
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private readonly string _path = "audit/journals/" + Uri.EscapeDataString(options.Value.AuditInstance);

    /// <summary>Whether this process was told where the authorization server is.</summary>
    public bool IsConfigured { get; } = options.Value.Issuer is not null;

    public async Task<LedgerAnswer> AppendAsync(ReadOnlyMemory<byte> records, CancellationToken cancellationToken = default)
    {
        var answer = await server.PostAsync(_path, records, "application/x-ndjson", Timeout, cancellationToken).ConfigureAwait(false);
        if (answer.Error is { } error)
            return new LedgerAnswer(LedgerOutcome.Unavailable, Reason: error.Description);
        if (answer.Status is not (HttpStatusCode.OK or HttpStatusCode.Conflict) || Read(answer.Json) is not { Seq: { } seq, Hash: { Length: JournalLine.HashLength } hash } body)
            return new LedgerAnswer(LedgerOutcome.Unavailable, Reason: $"The authorization server answered /{_path} with status {(int)answer.Status}.");
        return answer.Status == HttpStatusCode.OK
            ? new LedgerAnswer(LedgerOutcome.Accepted, seq, hash)
            : new LedgerAnswer(LedgerOutcome.Refused, seq, hash, body.Reason ?? LedgerRefusal.Fork);
    }

    private static LedgerBody? Read(byte[] json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, LedgerJson.Default.LedgerBody);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>What the ledger's endpoint answers.</summary>
internal sealed record LedgerBody(long? Seq, string? Hash, string? Reason);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, MaxDepth = 4)]
[JsonSerializable(typeof(LedgerBody))]
internal sealed partial class LedgerJson : JsonSerializerContext;
