using AgentMesh.A2A.Internal;
using Microsoft.AspNetCore.Http;

namespace AgentMesh.A2A;

/// <summary>The half of a server that other protocols of the same host come in by.</summary>
public sealed partial class A2AServer
{
    /// <summary>
    /// Takes a request of another protocol as one of A2A: the same owner, authorization, store and limits, without the wire. Take it while the
    /// request is being served; it goes on to mean that request's caller.
    /// </summary>
    /// <param name="context">The request.</param>
    /// <exception cref="A2AException">Nobody is behind the request, or the server is stopping.</exception>
    public InProcessCall CallFor(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return new(this, context, new CallContexts(Options, Stopping).CreateInProcess(context));
    }
}
