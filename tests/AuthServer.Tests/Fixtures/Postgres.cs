using AgentMesh.Testing;

namespace AgentMesh.AuthServer.Tests.Fixtures;

public sealed class Postgres : PostgresCluster, IAsyncLifetime;
