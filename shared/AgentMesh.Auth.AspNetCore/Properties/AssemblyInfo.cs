using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Auth.Tests")]
[assembly: InternalsVisibleTo("AgentMesh.Benchmarks")]
