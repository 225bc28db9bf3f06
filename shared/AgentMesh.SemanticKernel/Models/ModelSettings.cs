using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace AgentMesh.SemanticKernel.Models;

/// <summary>Which model answers and where it is, read and checked once. Never prints the key.</summary>
internal sealed class ModelSettings
{
    private const string OllamaDefault = "http://localhost:11434";

    private ModelSettings(ModelName name, Uri? endpoint, string? apiKey)
    {
        Name = name;
        Endpoint = endpoint;
        ApiKey = apiKey;
    }

    public ModelName Name { get; }

    /// <summary>Null where the provider's own is meant.</summary>
    public Uri? Endpoint { get; }

    /// <summary>Null where none is needed, or where Azure's default credential is meant.</summary>
    public string? ApiKey { get; }

    /// <summary>As OpenTelemetry's <c>gen_ai.provider.name</c> has it.</summary>
    public string ProviderName => Name.Provider switch
    {
        ModelProvider.OpenAI => "openai",
        ModelProvider.Azure => "azure.ai.openai",
        ModelProvider.Ollama => "ollama",
        _ => "agentmesh.rules",
    };

    /// <summary>The settings to look at when the model fails.</summary>
    public string Settings => Name.Provider switch
    {
        ModelProvider.OpenAI => "OpenAI:Endpoint, OpenAI:ApiKey and Mesh:Model",
        ModelProvider.Azure => "AzureOpenAI:Endpoint, AzureOpenAI:ApiKey and Mesh:Model",
        ModelProvider.Ollama => "Ollama:Endpoint and Mesh:Model",
        _ => ModelName.Setting,
    };

    /// <exception cref="OptionsValidationException">A setting is missing or wrong; the message says which and what to write.</exception>
    public static ModelSettings Read(IConfiguration configuration)
    {
        if (!ModelName.TryParse(configuration[ModelName.Setting], out var name))
            throw Invalid($"{ModelName.Setting} is '{configuration[ModelName.Setting]}'; write one of {ModelName.Forms}.");
        return name!.Provider switch
        {
            ModelProvider.OpenAI => OpenAI(name, configuration),
            ModelProvider.Azure => new(name,
                ReadUri(configuration, "AzureOpenAI:Endpoint", carriesKey: true)
                    ?? throw Invalid($"{ModelName.Setting}={name} needs AzureOpenAI:Endpoint, such as https://<resource>.openai.azure.com/."),
                Key(configuration, "AzureOpenAI:ApiKey", "AZURE_OPENAI_API_KEY")),
            ModelProvider.Ollama => new(name, ReadUri(configuration, "Ollama:Endpoint", carriesKey: false) ?? new Uri(OllamaDefault), null),
            _ => new(name, null, null),
        };
    }

    private static ModelSettings OpenAI(ModelName name, IConfiguration configuration)
    {
        var endpoint = ReadUri(configuration, "OpenAI:Endpoint", carriesKey: true);
        var key = Key(configuration, "OpenAI:ApiKey", "OPENAI_API_KEY");
        // Compatible servers on one's own machine mostly want no key.
        return endpoint is null && key is null
            ? throw Invalid($"{ModelName.Setting}={name} needs a key: set OpenAI:ApiKey (environment: OpenAI__ApiKey or OPENAI_API_KEY), or OpenAI:Endpoint for a compatible server without one.")
            : new(name, endpoint, key);
    }

    private static Uri? ReadUri(IConfiguration configuration, string setting, bool carriesKey)
    {
        var value = configuration[setting];
        if (string.IsNullOrWhiteSpace(value))
            return null;
        if (!Uri.TryCreate(value, UriKind.Absolute, out var uri) || (uri.Scheme != Uri.UriSchemeHttps && uri.Scheme != Uri.UriSchemeHttp))
            throw Invalid($"{setting} is not an absolute http or https address, such as https://models.example/v1.");
        if (carriesKey && uri.Scheme == Uri.UriSchemeHttp && !uri.IsLoopback)
            throw Invalid($"{setting} is http: a key would cross the network in the clear. Use https; http is for this machine only.");
        return uri;
    }

    private static string? Key(IConfiguration configuration, string setting, string variable) =>
        configuration[setting] is { Length: > 0 } key ? key
        : configuration[variable] is { Length: > 0 } fromEnvironment ? fromEnvironment
        : null;

    private static OptionsValidationException Invalid(string message) => new(ModelName.Setting, typeof(ModelSettings), [message]);
}
