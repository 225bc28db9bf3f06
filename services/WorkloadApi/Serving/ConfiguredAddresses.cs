using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace AgentMesh.WorkloadApi.Serving;

/// <summary>Takes ASPNETCORE_URLS back from Kestrel, which would warn that they are overridden: they are read and served by <see cref="WorkloadApiServer"/>.</summary>
internal sealed class ConfiguredAddresses(IServer server) : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next)
    {
        server.Features.Get<IServerAddressesFeature>()?.Addresses.Clear();
        return next;
    }
}
