using AgentMesh.AuthServer.Requests;
using AgentMesh.Manifest;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace AgentMesh.AuthServer.Exchange;

/// <summary>A chain of agents ends: never deeper than the manifest's <c>maxDepth</c>, and never back to somebody who is already in it.</summary>
internal sealed class LimitDelegation(MeshManifest manifest) : IOpenIddictServerHandler<ValidateTokenRequestContext>
{
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } =
        HandlerOrder.After<ValidateTokenRequestContext, LimitDelegation>(ApplyEdgePolicy.Descriptor);

    public ValueTask HandleAsync(ValidateTokenRequestContext context)
    {
        var request = ServerRequest.Of(context.Transaction);
        if (request.Subject is not { } subject)
        {
            return ValueTask.CompletedTask;
        }
        var actors = subject.Parent is { } parent ? parent.Actors.Count + 1 : 0;
        if (actors > manifest.MaxDepth)
        {
            return context.Refuse(Errors.InvalidRequest, "too_deep", $"The chain of actors would be {actors} deep; the manifest allows {manifest.MaxDepth}.");
        }
        var callee = request.Callee!.SpiffeId;
        return callee == request.Party!.SpiffeId || callee == subject.Subject || subject.Parent?.Actors.Contains(callee) == true
            ? context.Refuse(Errors.InvalidRequest, "loop", $"{request.Callee.Name} already acts in this task; a chain never returns.")
            : ValueTask.CompletedTask;
    }
}
