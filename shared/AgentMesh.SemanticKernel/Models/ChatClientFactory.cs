using System.ClientModel;
using System.ClientModel.Primitives;
using AgentMesh.SemanticKernel.Rules;
using Azure.Identity;
using Microsoft.Extensions.AI;
using OllamaSharp;
using OpenAI;

namespace AgentMesh.SemanticKernel.Models;

/// <summary>Makes the chat client that <c>Mesh:Model</c> names. Each provider's libraries are loaded only when it is the one.</summary>
internal static class ChatClientFactory
{
    private const string AzureScope = "https://cognitiveservices.azure.com/.default";

    public static IChatClient Create(ModelSettings settings) => settings.Name.Provider switch
    {
        ModelProvider.OpenAI => OpenAI(settings),
        ModelProvider.Azure => Azure(settings),
        ModelProvider.Ollama => Ollama(settings),
        _ => new RuleBasedChatClient(),
    };

    private static IChatClient OpenAI(ModelSettings settings)
    {
        var options = new OpenAIClientOptions();
        if (settings.Endpoint is not null)
            options.Endpoint = settings.Endpoint;
        return new OpenAIClient(new ApiKeyCredential(settings.ApiKey ?? "none"), options).GetChatClient(settings.Name.Model).AsIChatClient();
    }

    // Azure's v1 API speaks OpenAI's protocol below /openai/v1/.
    private static IChatClient Azure(ModelSettings settings)
    {
        var options = new OpenAIClientOptions { Endpoint = new Uri(settings.Endpoint!, "openai/v1/") };
        var client = settings.ApiKey is { } key
            ? new OpenAIClient(new ApiKeyCredential(key), options)
#pragma warning disable OPENAI001 // the only constructor that takes a token instead of a key; marked as one that may change
            : new OpenAIClient(new BearerTokenPolicy(new DefaultAzureCredential(), AzureScope), options);
#pragma warning restore OPENAI001
        return client.GetChatClient(settings.Name.Model).AsIChatClient();
    }

    private static OllamaApiClient Ollama(ModelSettings settings) => new(settings.Endpoint!, settings.Name.Model);
}
