using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("AgentMesh.Auth.AspNetCore")]
[assembly: InternalsVisibleTo("AgentMesh.Entra")]
[assembly: InternalsVisibleTo("AuthServer")]
[assembly: InternalsVisibleTo("AuthServer.Tests")]
[assembly: InternalsVisibleTo("Auth.Tests")]
[assembly: InternalsVisibleTo("A2A.Mesh.Tests")]
[assembly: InternalsVisibleTo("Mcp.Tests")]
[assembly: InternalsVisibleTo("AgentMesh.Benchmarks")]
