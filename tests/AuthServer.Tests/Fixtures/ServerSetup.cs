using AgentMesh.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Time.Testing;

namespace AgentMesh.AuthServer.Tests.Fixtures;

/// <summary>What a test wants different from the default server.</summary>
internal sealed record ServerSetup
{
    public TestAuthority? Authority { get; init; }
    public FakeTimeProvider? Time { get; init; }
    public IReadOnlyList<string> Arguments { get; init; } = [];
    public IReadOnlyList<TestAuthority> Federated { get; init; } = [];
    public Action<WebApplicationBuilder>? Configure { get; init; }
    public TemporaryFolder DataDirectory { get; init; } = new();

    /// <summary>False: the test keeps the folder for another server.</summary>
    public bool OwnsDataDirectory { get; init; } = true;
}
