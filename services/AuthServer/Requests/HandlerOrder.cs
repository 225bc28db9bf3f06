using OpenIddict.Server;

namespace AgentMesh.AuthServer.Requests;

/// <summary>Builds the descriptors of this server's handlers: singletons, each ordered after another.</summary>
internal static class HandlerOrder
{
    private const int Gap = 100;

    public static OpenIddictServerHandlerDescriptor At<TContext, THandler>(int order)
        where TContext : OpenIddictServerEvents.BaseContext
        where THandler : class, IOpenIddictServerHandler<TContext> =>
        OpenIddictServerHandlerDescriptor.CreateBuilder<TContext>()
            .UseSingletonHandler<THandler>()
            .SetOrder(order)
            .SetType(OpenIddictServerHandlerType.Custom)
            .Build();

    public static OpenIddictServerHandlerDescriptor After<TContext, THandler>(OpenIddictServerHandlerDescriptor previous)
        where TContext : OpenIddictServerEvents.BaseContext
        where THandler : class, IOpenIddictServerHandler<TContext> =>
        At<TContext, THandler>(previous.Order + Gap);
}
