using AgentMesh.Testing;

namespace AgentMesh.A2A.Tests.Storage;

public sealed class PostgresServer : PostgresCluster, IAsyncLifetime;
