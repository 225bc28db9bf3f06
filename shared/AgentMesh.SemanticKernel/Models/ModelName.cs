namespace AgentMesh.SemanticKernel.Models;

/// <summary>Who runs a model.</summary>
internal enum ModelProvider { Rules, OpenAI, Azure, Ollama }

/// <summary>The setting <c>Mesh:Model</c>, parsed.</summary>
internal sealed record ModelName(ModelProvider Provider, string Model)
{
    public const string Setting = "Mesh:Model";

    /// <summary>What the setting may be.</summary>
    public const string Forms =
        "'rules' (built in, no network), 'openai:<model>' (OpenAI:ApiKey; OpenAI:Endpoint for a compatible server), " +
        "'azure:<deployment>' (AzureOpenAI:Endpoint) or 'ollama:<model>' (Ollama:Endpoint)";

    /// <summary>Parses the setting; nothing means <c>rules</c>.</summary>
    public static bool TryParse(string? value, out ModelName? name)
    {
        var text = string.IsNullOrWhiteSpace(value) ? "rules" : value.Trim();
        var colon = text.IndexOf(':');
        var model = colon < 0 ? "" : text[(colon + 1)..].Trim();
        name = (colon < 0 ? text : text[..colon]).ToLowerInvariant() switch
        {
            "rules" when colon < 0 => new(ModelProvider.Rules, "rules"),
            "openai" when model.Length > 0 => new(ModelProvider.OpenAI, model),
            "azure" when model.Length > 0 => new(ModelProvider.Azure, model),
            "ollama" when model.Length > 0 => new(ModelProvider.Ollama, model),
            _ => null,
        };
        return name is not null;
    }

    /// <summary>As in the setting.</summary>
    public override string ToString() => Provider == ModelProvider.Rules ? "rules" : $"{Provider.ToString().ToLowerInvariant()}:{Model}";
}
