using System.Text;
using AgentMesh.AuthServer.Requests;
using AgentMesh.AuthServer.Telemetry;
using AgentMesh.AuthServer.Tokens;
using AgentMesh.Manifest;

namespace AgentMesh.AuthServer.Revocation;

/// <summary>
/// What operators with the permission <c>revoke</c> can end besides a token they hold (RFC 7009): a party, a task, a token known by
/// its <c>jti</c>. An answer of 200 means that it is stored and on its way to every subscriber.
/// </summary>
internal sealed class RevocationEndpoints(EndpointRequest endpoint, SecurityEventLog log, RevocationList revocations, DecisionRecorder recorder, MeshManifest manifest, TimeProvider time)
{
    private const string Kind = "revocation";
    private const int LongestIdentifier = 128;
    private const int LongestCause = 256;

    public static void Map(WebApplication app)
    {
        app.MapPost("/parties/{name}/disable", (HttpContext http, string name, RevocationEndpoints endpoints) => endpoints.ChangePartyAsync(http, name, SecurityEventKind.PartyDisabled));
        app.MapPost("/parties/{name}/enable", (HttpContext http, string name, RevocationEndpoints endpoints) => endpoints.ChangePartyAsync(http, name, SecurityEventKind.PartyEnabled));
        app.MapPost("/transactions/{id}/revoke", (HttpContext http, string id, RevocationEndpoints endpoints) => endpoints.RevokeAsync(http, id, SecurityEventKind.TransactionRevoked));
        app.MapPost("/tokens/{id}/revoke", (HttpContext http, string id, RevocationEndpoints endpoints) => endpoints.RevokeAsync(http, id, SecurityEventKind.TokenRevoked));
        app.MapGet("/parties", (HttpContext http, RevocationEndpoints endpoints) => endpoints.ListAsync(http));
    }

    private async Task ChangePartyAsync(HttpContext http, string name, SecurityEventKind kind)
    {
        var operation = kind == SecurityEventKind.PartyDisabled ? "disable-party" : "enable-party";
        if (await RequireOperatorAsync(http, operation, "revoke") is not { } request)
        {
            return;
        }
        if (!manifest.TryGetParty(name, out var party) || party.Kind == PartyKind.Service)
        {
            await endpoint.RefuseAsync(request, Kind, operation, StatusCodes.Status404NotFound, "not_found", "unknown_party", "The manifest has no agent or operator of that name.");
            return;
        }
        (request.Callee, request.Concerned) = (party, party.SpiffeId);
        // What gives is on record before it takes effect, what takes away takes effect whatever becomes of its record.
        if (kind == SecurityEventKind.PartyEnabled)
        {
            await DoneAsync(request, operation);
        }
        await log.AppendAsync(kind, party.SpiffeId, expiresAt: null, request.Party!.SpiffeId, request.Cause, http.RequestAborted);
        if (kind == SecurityEventKind.PartyDisabled)
        {
            await DoneAsync(request, operation);
        }
    }

    private async Task RevokeAsync(HttpContext http, string id, SecurityEventKind kind)
    {
        var operation = kind == SecurityEventKind.TokenRevoked ? "token-revocation" : "transaction-revocation";
        if (await RequireOperatorAsync(http, operation, "revoke") is not { } request)
        {
            return;
        }
        if (id.Length > LongestIdentifier)
        {
            await endpoint.RefuseAsync(request, Kind, operation, StatusCodes.Status400BadRequest, "invalid_request", "identifier_too_long", "The identifier is longer than any that this server makes.");
            return;
        }
        request.TokenId = kind == SecurityEventKind.TokenRevoked ? id : null;
        request.TransactionId = kind == SecurityEventKind.TransactionRevoked ? id : null;
        // No token of today, and none derived from one, lives longer than this.
        await log.AppendAsync(kind, id, time.GetUtcNow() + TokenLifetime.Longest, request.Party!.SpiffeId, request.Cause, http.RequestAborted);
        await DoneAsync(request, operation);
    }

    private async Task ListAsync(HttpContext http)
    {
        if (await RequireOperatorAsync(http, "list-parties", "revoke", "audit", "approve") is not { } request)
        {
            return;
        }
        var parties = manifest.Agents.Values.Concat(manifest.Operators.Values)
            .Select(party => new { party.Name, Kind = party.Kind == PartyKind.Agent ? "agent" : "operator", party.SpiffeId, Disabled = revocations.IsDisabled(party.SpiffeId) });
        await recorder.RecordAsync(request, "decision", "list-parties", error: null, requestedScope: null, http.RequestAborted);
        await http.Response.WriteAsJsonAsync(new { items = parties }, http.RequestAborted);
    }

    private async Task<ServerRequest?> RequireOperatorAsync(HttpContext http, string operation, params string[] anyPermission)
    {
        if (await endpoint.AuthenticateAsync(http, Kind, operation) is not { } request)
        {
            return null;
        }
        request.Cause = Cause(http);
        if (request.Party!.Permissions.Overlaps(anyPermission))
        {
            return request;
        }
        await endpoint.RefuseAsync(request, Kind, operation, StatusCodes.Status403Forbidden, "access_denied", "not_permitted", $"The manifest does not permit {request.Party.Name} to do this.");
        return null;
    }

    private async Task DoneAsync(ServerRequest request, string operation)
    {
        await recorder.RecordAsync(request, Kind, operation, error: null, requestedScope: null, request.Http.RequestAborted);
        request.Http.Response.StatusCode = StatusCodes.Status200OK;
    }

    // Goes into logs, onto screens and into databases that take only whole characters: one line.
    private static string? Cause(HttpContext http)
    {
        if (http.Request.Query["reason"].ToString() is not { Length: > 0 } reason)
        {
            return null;
        }
        var line = new StringBuilder(LongestCause);
        foreach (var rune in reason.EnumerateRunes())
        {
            if (line.Length + rune.Utf16SequenceLength > LongestCause)
            {
                break;
            }
            line.Append(Rune.IsControl(rune) ? ' ' : rune);
        }
        return line.ToString();
    }
}
