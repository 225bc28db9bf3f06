using System.Text.Json;
using AgentMesh.AuthServer.Requests;
using AgentMesh.AuthServer.Telemetry;
using AgentMesh.Manifest;

namespace AgentMesh.AuthServer.Audit;

/// <summary>
/// What operators with the permission <c>audit</c> read: records (<c>GET /audit/records</c>, also followed by long polling), how far each
/// journal is held (<c>/audit/journals</c>) and single hashes, for comparing with a journal at hand. Reading is on record, too.
/// </summary>
internal sealed class LedgerEndpoints(EndpointRequest endpoint, LedgerReader ledger, DecisionRecorder recorder, MeshManifest manifest)
{
    public const string Kind = "audit";
    private const string ReadRecords = "read-audit-records";
    private const string ReadJournals = "read-audit-journals";

    public static void Map(WebApplication app)
    {
        app.MapGet("/audit/records", (HttpContext http, LedgerEndpoints endpoints) => endpoints.ListAsync(http));
        app.MapGet("/audit/journals", (HttpContext http, LedgerEndpoints endpoints) => endpoints.ListJournalsAsync(http));
        app.MapGet("/audit/journals/{instance}/{seq:long}", (HttpContext http, string instance, long seq, string party, LedgerEndpoints endpoints) => endpoints.FindAsync(http, party, instance, seq));
    }

    private async Task ListAsync(HttpContext http)
    {
        if (await RequireAuditorAsync(http, ReadRecords) is not { } request)
        {
            return;
        }
        if (LedgerQuery.Read(http.Request.Query, manifest, out var query) is { } wrong)
        {
            await endpoint.RefuseAsync(request, Kind, ReadRecords, StatusCodes.Status400BadRequest, "invalid_request", "query_malformed", wrong);
            return;
        }
        var page = await ledger.ReadAsync(query, unless: query.Wait > TimeSpan.Zero ? request.Party!.SpiffeId : null, http.RequestAborted);
        if (page.Records.Count > 0 || query.Wait == TimeSpan.Zero)
        {
            await recorder.RecordAsync(request, Kind, ReadRecords, error: null, requestedScope: null, http.RequestAborted);
        }
        http.Response.Headers.CacheControl = "no-store";
        http.Response.ContentType = "application/json";
        await WriteAsync(http, page);
    }

    private async Task ListJournalsAsync(HttpContext http)
    {
        if (await RequireAuditorAsync(http, ReadJournals) is not { } request)
        {
            return;
        }
        var heads = await ledger.HeadsAsync(http.RequestAborted);
        await recorder.RecordAsync(request, Kind, ReadJournals, error: null, requestedScope: null, http.RequestAborted);
        http.Response.Headers.CacheControl = "no-store";
        await http.Response.WriteAsJsonAsync(new { items = heads }, http.RequestAborted);
    }

    private async Task FindAsync(HttpContext http, string party, string instance, long seq)
    {
        if (await RequireAuditorAsync(http, ReadJournals) is not { } request)
        {
            return;
        }
        if (await ledger.HashAsync(party, instance, seq, http.RequestAborted) is not { } hash)
        {
            await endpoint.RefuseAsync(request, Kind, ReadJournals, StatusCodes.Status404NotFound, "not_found", "unknown_record", "The ledger holds no such record.");
            return;
        }
        await recorder.RecordAsync(request, Kind, ReadJournals, error: null, requestedScope: null, http.RequestAborted);
        http.Response.Headers.CacheControl = "no-store";
        await http.Response.WriteAsJsonAsync(new { seq, hash }, http.RequestAborted);
    }

    private async Task<ServerRequest?> RequireAuditorAsync(HttpContext http, string operation)
    {
        if (await endpoint.AuthenticateAsync(http, Kind, operation) is not { } request)
        {
            return null;
        }
        if (request.Party is { Kind: PartyKind.Operator } party && party.Permissions.Contains("audit"))
        {
            return request;
        }
        await endpoint.RefuseAsync(request, Kind, operation, StatusCodes.Status403Forbidden, "access_denied", "not_permitted", $"The manifest does not permit {request.Party!.Name} to read the audit ledger.");
        return null;
    }

    private static async Task WriteAsync(HttpContext http, LedgerPage page)
    {
        await using var json = new Utf8JsonWriter(http.Response.BodyWriter);
        json.WriteStartObject();
        json.WriteStartArray("items"u8);
        foreach (var (record, instance) in page.Records)
        {
            json.WriteStartObject();
            json.WriteNumber("position"u8, record.Position);
            json.WriteString("instance"u8, instance);
            json.WriteString("receivedAt"u8, record.ReceivedAt.UtcDateTime);
            // As it was written, hash included.
            json.WritePropertyName("record"u8);
            json.WriteRawValue(record.Line);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteNumber("next"u8, page.Next);
        json.WriteBoolean("more"u8, page.More);
        json.WriteEndObject();
        await json.FlushAsync(http.RequestAborted);
    }
}
