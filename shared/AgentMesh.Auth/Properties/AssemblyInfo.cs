using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("AgentMesh.Auth.AspNetCore")]
[assembly: InternalsVisibleTo("Auth.Tests")]
[assembly: InternalsVisibleTo("AgentMesh.Benchmarks")]
