using System.Text.Json;
using AgentMesh.AuthServer.Requests;
using AgentMesh.AuthServer.Storage;
using AgentMesh.AuthServer.Telemetry;
using AgentMesh.Manifest;

namespace AgentMesh.AuthServer.Approval;

/// <summary>
/// Where operators with the permission <c>approve</c> see what waits for them and decide. Agents are never operators, so no agent
/// decides on its own request; that is checked all the same.
/// </summary>
internal sealed class ApproverEndpoints(EndpointRequest endpoint, ApprovalStore approvals, DecisionRecorder recorder, MeshManifest manifest, IHostApplicationLifetime lifetime, TimeProvider time)
{
    private const string Kind = "approval";
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    public static void Map(WebApplication app)
    {
        app.MapGet("/approvals", (HttpContext http, ApproverEndpoints approvers, int? wait) => approvers.ListAsync(http, wait ?? 0));
        app.MapPost("/approvals/{id}/approve", (HttpContext http, string id, ApproverEndpoints approvers) => approvers.DecideAsync(http, id, ApprovalStatus.Approved));
        app.MapPost("/approvals/{id}/deny", (HttpContext http, string id, ApproverEndpoints approvers) => approvers.DecideAsync(http, id, ApprovalStatus.Denied));
    }

    private async Task ListAsync(HttpContext http, int waitSeconds)
    {
        if (await RequireApproverAsync(http, "list-approvals") is null)
        {
            return;
        }
        var until = time.GetUtcNow() + TimeSpan.FromSeconds(Math.Clamp(waitSeconds, 0, (int)LongestWait.TotalSeconds));
        var changed = approvals.Changed;
        var pending = await approvals.ListPendingAsync(http.RequestAborted);
        while (pending.Count == 0 && time.GetUtcNow() < until && !lifetime.ApplicationStopping.IsCancellationRequested)
        {
            await approvals.WaitAsync(changed, until, http.RequestAborted);
            changed = approvals.Changed;
            pending = await approvals.ListPendingAsync(http.RequestAborted);
        }
        http.Response.Headers.CacheControl = "no-store";
        await http.Response.WriteAsJsonAsync(new { items = pending.Select(Describe) }, http.RequestAborted);
    }

    private async Task DecideAsync(HttpContext http, string id, ApprovalStatus decision)
    {
        var operation = decision == ApprovalStatus.Approved ? "approve" : "deny";
        if (await RequireApproverAsync(http, operation) is not { } request)
        {
            return;
        }
        if (await approvals.FindAsync(id, http.RequestAborted) is not { } approval)
        {
            await endpoint.RefuseAsync(request, Kind, operation, StatusCodes.Status404NotFound, "not_found", "unknown_approval", "There is no such request for approval.");
            return;
        }
        request.Subject = new(approval.Subject, Parent: null, MayAct: null);
        request.GrantedScope = approval.Scope;
        request.TransactionId = approval.TransactionId;
        request.Callee = manifest.TryGetParty(approval.Callee, out var callee) ? callee : null;
        if (approval.Client == request.Party!.SpiffeId || approval.Actors.Split(' ').Contains(request.Party.SpiffeId))
        {
            await endpoint.RefuseAsync(request, Kind, operation, StatusCodes.Status403Forbidden, "access_denied", "own_request", "Nobody decides on a request that it made or acts in.");
            return;
        }
        if (!await approvals.DecideAsync(id, decision, request.Party.SpiffeId, Record, http.RequestAborted))
        {
            await endpoint.RefuseAsync(request, Kind, operation, StatusCodes.Status409Conflict, "invalid_request", "already_decided", "It has been decided already, or has expired.");
            return;
        }
        http.Response.StatusCode = StatusCodes.Status200OK;

        ValueTask Record() => recorder.RecordAsync(request, Kind, operation, error: null, requestedScope: null, http.RequestAborted);
    }

    private async Task<ServerRequest?> RequireApproverAsync(HttpContext http, string operation)
    {
        if (await endpoint.AuthenticateAsync(http, Kind, operation) is not { } request)
        {
            return null;
        }
        if (request.Party is { Kind: PartyKind.Operator } party && party.Permissions.Contains("approve"))
        {
            return request;
        }
        await endpoint.RefuseAsync(request, Kind, operation, StatusCodes.Status403Forbidden, "access_denied", "not_permitted", $"The manifest does not permit {request.Party!.Name} to approve.");
        return null;
    }

    private static object Describe(ApprovalRow approval) => new
    {
        approval.Id,
        approval.Client,
        approval.Callee,
        approval.Scope,
        approval.Subject,
        Actors = approval.Actors.Split(' ', StringSplitOptions.RemoveEmptyEntries),
        approval.TransactionId,
        approval.BindingMessage,
        AuthorizationDetails = JsonSerializer.Deserialize<JsonElement>(approval.AuthorizationDetails),
        approval.CreatedAt,
        approval.ExpiresAt,
    };
}
