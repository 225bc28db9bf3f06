using System.Reflection;
using System.Text.Json;
using AgentMesh.A2A.Mesh;
using AgentMesh.SemanticKernel;
using AgentMesh.SemanticKernel.Tools;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.SemanticKernel;
using ModelContextProtocol.Protocol;

namespace AgentMesh.Mcp;

/// <summary>
/// A kernel function as a tool. It is always invoked through a kernel of the agent's, whose filters check and record the scope and keep exceptions
/// from the caller: the function alone, which is also an <c>AIFunction</c>, has neither.
/// </summary>
internal sealed class KernelTool(Type tools, string function, IReadOnlyList<string> scopes) : MeshTool(function, $"tool {function}", scopes)
{
    private const string Plugin = "mcp";

    private Tool? _described;

    /// <summary>The functions of a type that a kernel would find, or those that are named.</summary>
    /// <exception cref="ArgumentException">The type has no such function.</exception>
    public static IEnumerable<KernelTool> Of(Type tools, IReadOnlyList<string> only)
    {
        var found = tools.GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static)
            .Select(method => (Method: method, Function: method.GetCustomAttribute<KernelFunctionAttribute>()))
            .Where(each => each.Function is not null)
            .Select(each => new KernelTool(tools, each.Function!.Name ?? each.Method.Name, each.Method.GetCustomAttribute<RequireScopeAttribute>()?.Scopes ?? []))
            .ToList();
        return only.FirstOrDefault(name => found.All(tool => tool.Name != name)) is { } missing
            ? throw new ArgumentException($"{tools} has no [KernelFunction] \"{missing}\" that could be offered.", nameof(only))
            : found.Where(tool => only.Count == 0 || only.Contains(tool.Name));
    }

    public override Tool Describe(IServiceProvider services)
    {
        if (_described is { } known)
            return known;
        var described = FunctionOf(services.GetRequiredService<Kernel>(), services);
        return _described = new() { Name = Name, Description = described.Description, InputSchema = described.JsonSchema };
    }

    public override async ValueTask<CallToolResult> InvokeAsync(ToolCall call, CancellationToken cancellationToken)
    {
        var services = call.Request.RequestServices;
        var kernel = services.GetRequiredService<Kernel>();
        var arguments = new KernelArguments(call.Arguments.ToDictionary(each => each.Key, each => (object?)each.Value));
        var result = await FunctionOf(kernel, services).InvokeAsync(kernel, arguments, cancellationToken).ConfigureAwait(false);
        return result.GetValue<object>() switch
        {
            ToolFailure failure => ToolResult.Failure(failure.Error, failure.Detail),
            var value => ToolResult.Of(JsonSerializer.SerializeToElement(value, SkillJson.Options)),
        };
    }

    // A new object each time, as for each question: what one call leaves in it is not the next one's.
    private KernelFunction FunctionOf(Kernel kernel, IServiceProvider services) => kernel.AddTools(services.GetRequiredService(tools), Plugin)[Name];
}
