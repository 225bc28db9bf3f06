// TEMPORARY
using Microsoft.Extensions.Hosting;
#pragma warning disable CS1591, CA1822, CA1065, CS9113, IDE0060, CA1724
namespace AgentMesh.SemanticKernel;

/// On a kernel function's method: the scopes that the request being served must carry. A function without it is refused.
[AttributeUsage(AttributeTargets.Method)]
public sealed class RequireScopeAttribute(params string[] scopes) : Attribute { public IReadOnlyList<string> Scopes => scopes; }

public static class AgentKernelExtensions
{
    public static TBuilder AddAgentKernel<TBuilder>(this TBuilder builder) where TBuilder : IHostApplicationBuilder => throw new NotImplementedException(); // Kernel, chat model by Mesh:Model, scope filter
}
