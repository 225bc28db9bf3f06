using YamlDotNet.RepresentationModel;

namespace AgentMesh.Deployment.Tests.Cluster;

/// <summary>The Compose file that docs/aspire.md has people write beside the published one.</summary>
public sealed class ComposeDocumentationTests
{
    private readonly YamlMappingNode _services = (YamlMappingNode)PostgreSql()["services"];

    [Fact]
    public void The_authorization_server_is_started_once_its_database_takes_connections()
    {
        Assert.Equal("service_healthy", _services["auth-server"]["depends_on"]["postgresql"]["condition"].ToString());

        var test = (YamlSequenceNode)_services["postgresql"]["healthcheck"]["test"];
        // PostgreSQL's first start answers on a Unix socket, ends, and only then begins to listen.
        Assert.Equal(["CMD", "pg_isready", "-h", "127.0.0.1", "-U", "auth", "-d", "auth"], test.Select(word => word.ToString()));
    }

    [Fact]
    public void The_database_comes_back_with_what_was_in_it()
    {
        Assert.Equal("unless-stopped", _services["postgresql"]["restart"].ToString());
        var volume = Assert.Single((YamlSequenceNode)_services["postgresql"]["volumes"]).ToString().Split(':')[0];
        Assert.Contains(((YamlMappingNode)PostgreSql()["volumes"]).Children.Keys, key => key.ToString() == volume);
    }

    private static YamlMappingNode PostgreSql()
    {
        var lines = File.ReadLines(Repository.PathOf("docs/aspire.md")).SkipWhile(line => line != "cat > postgresql.yaml <<'EOF'").Skip(1).TakeWhile(line => line != "EOF");
        var stream = new YamlStream();
        stream.Load(new StringReader(string.Join('\n', lines)));
        return (YamlMappingNode)stream.Documents[0].RootNode;
    }
}
