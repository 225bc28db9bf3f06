using AgentMesh.AuthServer.Requests;
using Microsoft.AspNetCore.Http.Features;

namespace AgentMesh.AuthServer.Hosting;

/// <summary>
/// Before anything else looks at a request: plain http serves only health, and a form is read within limits. What cannot be read is
/// answered as RFC 6749 §5.2 says and never ends in a 500.
/// </summary>
internal sealed class BoundRequests(RequestDelegate next)
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
        await next(context);
    }
}
