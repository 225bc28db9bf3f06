using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace AgentMesh.Deployment.Tests.Cluster;

public sealed partial class YamlFilesTests
{
    public static TheoryData<string> YamlFiles => [.. Repository.Files("deploy", ".yaml", ".yml")
        .Concat(Repository.Files(".github", ".yaml", ".yml"))
        .Select(file => Path.GetRelativePath(Repository.Root, file))];

    [Theory]
    [MemberData(nameof(YamlFiles))]
    public void Every_YAML_file_parses(string file)
    {
        var stream = new YamlStream();
        using var reader = new StreamReader(Repository.PathOf(file));
        stream.Load(reader);
        Assert.All(stream.Documents, document => Assert.IsType<YamlMappingNode>(document.RootNode));
    }

    [Fact]
    public void No_file_to_deploy_holds_a_secret()
    {
        var files = Repository.Files("deploy", ".yaml", ".yml", ".json", ".conf").ToList();
        Assert.NotEmpty(files);
        foreach (var file in files)
        {
            var text = File.ReadAllText(file);
            Assert.DoesNotMatch(PrivateKey(), text);
            Assert.DoesNotMatch(PasswordInConnectionString(), text);
            Assert.DoesNotMatch(SecretObject(), text);
            Assert.DoesNotMatch(SecretLiteral(), text);
        }
    }

    [Theory]
    [InlineData("  password: hunter2hunter2")]
    [InlineData("          value: Host=db;Password=hunter2")]
    [InlineData("kind: Secret")]
    [InlineData("-----BEGIN EC PRIVATE KEY-----")]
    public void A_secret_would_be_found(string line) => Assert.True(
        PrivateKey().IsMatch(line) || PasswordInConnectionString().IsMatch(line) || SecretObject().IsMatch(line) || SecretLiteral().IsMatch(line));

    [GeneratedRegex("PRIVATE KEY-----")]
    private static partial Regex PrivateKey();

    [GeneratedRegex("(?i)(password|pwd)\\s*=")]
    private static partial Regex PasswordInConnectionString();

    [GeneratedRegex("(?m)^kind:\\s*Secret\\s*$")]
    private static partial Regex SecretObject();

    // A key that is named like a credential with a value of its own; names of Secrets and of keys in them stand under "name" and "key".
    [GeneratedRegex("(?mi)^\\s*\"?(password|token|secret|api-?key|client-?secret|join_token)\"?\\s*[:=]\\s*\"?[^\\s\"]+")]
    private static partial Regex SecretLiteral();
}
