namespace AgentMesh.SemanticKernel.Models;

/// <summary>
/// The language model failed, or did not answer in time. The message names the settings to look at. What the endpoint said is
/// left out: providers repeat parts of the key in it.
/// </summary>
public sealed class ModelException : Exception
{
    internal ModelException(string model, string what, string settings)
        : base($"The model {model} {what}. Check {settings}.")
    {
    }
}
