using YamlDotNet.Serialization;

namespace AgentMesh.Deployment.Kubernetes;

/// <summary>An ordered YAML mapping, so that what is generated reads as a person would have written it and diffs stay small.</summary>
internal sealed class YamlMap : Dictionary<string, object>
{
    /// <summary>The head that every Kubernetes object has.</summary>
    public static YamlMap Object(string apiVersion, string kind, string name, string? inNamespace)
    {
        var metadata = new YamlMap { ["name"] = name };
        if (inNamespace is not null)
        {
            metadata["namespace"] = inNamespace;
        }

        metadata["labels"] = new YamlMap { [Labels.ManagedBy] = "agentmesh" };
        return new YamlMap { ["apiVersion"] = apiVersion, ["kind"] = kind, ["metadata"] = metadata };
    }

    /// <summary>Writes several objects as one YAML stream.</summary>
    public static string Stream(IEnumerable<YamlMap> objects)
    {
        var serializer = new SerializerBuilder()
            .WithQuotingNecessaryStrings()
            .WithIndentedSequences()
            .DisableAliases()
            .WithNewLine("\n")
            .Build();
        return string.Join("---\n", objects.Select(serializer.Serialize));
    }
}
