namespace AgentMesh.AuthServer.Hosting;

public enum DatabaseProvider
{
    Sqlite,
    PostgreSql,
}
