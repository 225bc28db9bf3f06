using AgentMesh.SemanticKernel.Models;
using AgentMesh.SemanticKernel.Rules;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace AgentMesh.Agents.Tests.Tools;

public sealed class ModelSettingsTests
{
    [Fact]
    public void Without_a_setting_the_model_is_the_built_in_one()
    {
        Assert.IsType<RuleBasedChatClient>(ChatClientFactory.Create(Read()));
        Assert.IsType<RuleBasedChatClient>(ChatClientFactory.Create(Read(("Mesh:Model", "rules"))));
    }

    [Theory]
    [InlineData("gpt-5")]
    [InlineData("openai")]
    [InlineData("openai:")]
    [InlineData("rules:fast")]
    [InlineData("bedrock:claude")]
    public void A_model_that_is_none_is_refused_with_all_forms(string model)
    {
        var e = Assert.Throws<OptionsValidationException>(() => Read(("Mesh:Model", model)));

        Assert.Contains($"Mesh:Model is '{model}'", e.Message, StringComparison.Ordinal);
        Assert.All(["rules", "openai:<model>", "azure:<deployment>", "ollama:<model>"], form => Assert.Contains(form, e.Message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("openai:gpt-5", "gpt-5", "openai")]
    [InlineData("azure:my-deployment", "my-deployment", "openai")]
    [InlineData("ollama:llama3.2:3b", "llama3.2:3b", "ollama")]
    public void Each_form_makes_its_client(string model, string modelId, string provider)
    {
        using var client = ChatClientFactory.Create(Read(("Mesh:Model", model), ("OpenAI:ApiKey", "k"), ("AzureOpenAI:Endpoint", "https://a.example/"), ("AzureOpenAI:ApiKey", "k")));

        var metadata = client.GetService<ChatClientMetadata>()!;
        Assert.Equal((modelId, provider), (metadata.DefaultModelId, metadata.ProviderName));
    }

    [Fact]
    public void Azure_without_a_key_uses_the_default_credential()
    {
        using var client = ChatClientFactory.Create(Read(("Mesh:Model", "azure:d"), ("AzureOpenAI:Endpoint", "https://a.example/")));

        Assert.Equal(new Uri("https://a.example/openai/v1/"), client.GetService<ChatClientMetadata>()!.ProviderUri);
    }

    [Theory]
    [InlineData("openai:m", "OpenAI:ApiKey", null, null)]
    [InlineData("azure:m", "AzureOpenAI:Endpoint", null, null)]
    [InlineData("openai:m", "OpenAI:Endpoint is http", "OpenAI:Endpoint", "http://models.example/v1")]
    [InlineData("openai:m", "OpenAI:Endpoint is not an absolute", "OpenAI:Endpoint", "models.example")]
    [InlineData("ollama:m", "Ollama:Endpoint is not an absolute", "Ollama:Endpoint", "file:///etc/passwd")]
    public void A_missing_or_wrong_setting_is_named(string model, string why, string? setting, string? value)
    {
        var e = Assert.Throws<OptionsValidationException>(() => Read(("Mesh:Model", model), (setting ?? "-", value)));

        Assert.Contains(why, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_from_the_usual_variable_is_enough() =>
        Assert.Equal("k", Read(("Mesh:Model", "openai:m"), ("OPENAI_API_KEY", "k")).ApiKey);

    private static ModelSettings Read(params (string Key, string? Value)[] settings) =>
        ModelSettings.Read(new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, s.Value))).Build());
}
