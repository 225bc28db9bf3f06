using System.Text.Json;
using Microsoft.SemanticKernel;

namespace AgentMesh.SemanticKernel;

/// <summary>Gives a kernel its functions.</summary>
public static class KernelToolExtensions
{
    /// <summary>
    /// Adds the object's <c>[KernelFunction]</c> methods as the functions of one plugin. Their schemas and arguments are in camel case, as the
    /// rest of the mesh's JSON, so that a model can copy what it was given.
    /// </summary>
    /// <typeparam name="T">The type with the methods.</typeparam>
    /// <param name="kernel">The kernel of one request.</param>
    /// <param name="tools">The object whose methods are called.</param>
    /// <param name="name">The plugin's name; models see it before each function's.</param>
    /// <returns>The plugin.</returns>
    public static KernelPlugin AddTools<T>(this Kernel kernel, T tools, string name) where T : class
    {
        ArgumentNullException.ThrowIfNull(kernel);
#pragma warning disable SKEXP0120 // the only way to say how arguments are written; marked as one that may change
        return kernel.Plugins.AddFromObject(tools, JsonSerializerOptions.Web, name);
#pragma warning restore SKEXP0120
    }
}
