using System.Data.Common;
using System.Security.Authentication;
using AgentMesh.Auth;
using AgentMesh.AuthServer.Requests;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.EntityFrameworkCore;

namespace AgentMesh.AuthServer.Hosting;

/// <summary>
/// Before anything else looks at a request: plain http serves only health, and a form is read within limits. What cannot be read is
/// answered as RFC 6749 §5.2 says and never ends in a 500.
/// </summary>
internal sealed partial class BoundRequests(RequestDelegate next, ILogger<BoundRequests> logger)
{
    private static readonly FormOptions Limits = new() { ValueCountLimit = 32, KeyLengthLimit = 64, ValueLengthLimit = 32 * 1024, BufferBody = false };

    public async Task InvokeAsync(HttpContext context)
    {
        if (!context.Request.IsHttps && !HealthEndpoints.IsHealth(context.Request.Path))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }
        if (HttpMethods.IsPost(context.Request.Method) && context.Request.HasFormContentType)
        {
            try
            {
                context.Features.Set<IFormFeature>(new FormFeature(context.Request, Limits));
                await context.Request.ReadFormAsync(context.RequestAborted);
            }
            catch (Exception unreadable) when (unreadable is InvalidDataException or BadHttpRequestException or IOException)
            {
                var tooLarge = unreadable is BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge };
                await OAuthError.WriteAsync(context, tooLarge ? StatusCodes.Status413PayloadTooLarge : StatusCodes.Status400BadRequest,
                    "invalid_request", "The form cannot be read, or is larger than this server accepts.");
                return;
            }
        }
        try
        {
            await next(context);
        }
        catch (Exception failure) when (!context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
        {
            // A decision that cannot be recorded or stored is not made: the client may try again.
            var unavailable = failure is AuditException or DbException or DbUpdateException or AuthenticationException;
            LogFailure(context.Request.Path, failure);
            await OAuthError.WriteAsync(context, unavailable ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status500InternalServerError,
                unavailable ? "temporarily_unavailable" : "server_error", "The authorization server could not decide; its log says why.");
        }
    }

    [LoggerMessage(2002, LogLevel.Error, "A request for {Path} failed")]
    private partial void LogFailure(PathString path, Exception failure);
}
