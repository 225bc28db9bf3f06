using System.Globalization;
using AgentMesh.Auth;
using AgentMesh.AuthServer.Requests;
using AgentMesh.AuthServer.Telemetry;
using Microsoft.AspNetCore.Http.Features;

namespace AgentMesh.AuthServer.Audit;

/// <summary>
/// Takes journals over: <c>POST /audit/journals/{instance}</c> with whole lines of the journal. The SVID on the connection says whose
/// journal it is. What does not fit is refused, and that is on record: somebody's journal is not what it was. A party that
/// is refused for one reason again and again is so on record every five minutes.
/// </summary>
internal sealed class JournalEndpoint(EndpointRequest endpoint, AuditLedger ledger, LedgerQuota quota, DecisionRecorder recorder)
{
    private const string Kind = "journal";
    private const string Operation = "ship-journal";
    private const int LongestInstance = 64;

    public static void Map(WebApplication app) =>
        app.MapPost("/audit/journals/{instance}", (HttpContext http, string instance, JournalEndpoint journals) => journals.AppendAsync(http, instance));

    private async Task AppendAsync(HttpContext http, string instance)
    {
        if (await endpoint.AuthenticateAsync(http, Kind, Operation) is not { } request)
        {
            return;
        }
        if (request.Peer is null)
        {
            await endpoint.RefuseAsync(request, Kind, Operation, StatusCodes.Status401Unauthorized, "invalid_client", "peer_missing", "Ship a journal over a connection with your X509-SVID.");
            return;
        }
        if (instance.Length > LongestInstance || !instance.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-'))
        {
            await endpoint.RefuseAsync(request, Kind, Operation, StatusCodes.Status400BadRequest, "invalid_request", "instance_malformed", "A journal's name takes letters, digits, '.', '_' and '-', at most 64.");
            return;
        }
        if (await ReadAsync(http) is not { } lines)
        {
            await endpoint.RefuseAsync(request, Kind, Operation, StatusCodes.Status413PayloadTooLarge, "invalid_request", LedgerRefusal.TooLarge, "A batch is at most 1 MB.");
            return;
        }
        if (!quota.TryTake(request.Party!.SpiffeId, lines.Length, out var retryAfter))
        {
            await RefuseForNowAsync(request, retryAfter);
            return;
        }
        var answer = await ledger.AppendAsync(request.Party.SpiffeId, instance, lines, http.RequestAborted);
        if (answer.Outcome == LedgerOutcome.Accepted)
        {
            // Not on record: the records speak for themselves, and one about each batch would have to be shipped in turn.
            await http.Response.WriteAsJsonAsync(new { seq = answer.Seq, hash = answer.Hash }, http.RequestAborted);
            return;
        }
        request.Reason = answer.Reason;
        request.Callee = request.Party;
        request.Cause = $"{instance} after {answer.Seq}";
        if (quota.IsNews(request.Party.SpiffeId, answer.Reason!))
        {
            await recorder.RecordAsync(request, Kind, Operation, "invalid_request", requestedScope: null, http.RequestAborted);
        }
        http.Response.StatusCode = StatusCodes.Status409Conflict;
        await http.Response.WriteAsJsonAsync(
            new { error = "invalid_request", error_description = "The records do not continue the journal that the ledger holds.", reason = answer.Reason, seq = answer.Seq, hash = answer.Hash }, http.RequestAborted);
    }

    private async Task RefuseForNowAsync(ServerRequest request, TimeSpan retryAfter)
    {
        request.Reason = LedgerRefusal.TooMuch;
        request.Callee = request.Party;
        if (quota.IsNews(request.Party!.SpiffeId, LedgerRefusal.TooMuch))
        {
            await recorder.RecordAsync(request, Kind, Operation, "invalid_request", requestedScope: null, request.Http.RequestAborted);
        }
        request.Http.Response.Headers.RetryAfter = retryAfter.TotalSeconds.ToString("0", CultureInfo.InvariantCulture);
        await OAuthError.WriteAsync(request.Http, StatusCodes.Status429TooManyRequests, "temporarily_unavailable",
            "This party has shipped as much as the ledger takes from one in a day (Mesh:AuthServer:AuditBytesPerDay); the rest is taken later.");
    }

    private static async Task<byte[]?> ReadAsync(HttpContext http)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = LedgerBatch.MaxBytes;
        }
        try
        {
            using var body = new MemoryStream((int)Math.Clamp(http.Request.ContentLength ?? 0, 0, LedgerBatch.MaxBytes));
            await http.Request.Body.CopyToAsync(body, http.RequestAborted);
            return body.ToArray();
        }
        catch (BadHttpRequestException tooLarge) when (tooLarge.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return null;
        }
    }
}
