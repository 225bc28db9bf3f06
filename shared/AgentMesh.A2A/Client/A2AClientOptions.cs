namespace AgentMesh.A2A;

/// <summary>Settings of an A2A client.</summary>
public sealed class A2AClientOptions
{
    /// <summary>
    /// Bindings that the client would rather use than the card's first. Empty, the default, follows the card's order (A2A §8.3.2).
    /// </summary>
    public IReadOnlyList<string> PreferredBindings { get; init; } = [];

    /// <summary>URIs of extensions that every request asks for.</summary>
    public IReadOnlyList<string> Extensions { get; init; } = [];

    /// <summary>Sees each request before it is sent, for what a host attaches to a message itself. <see langword="null"/>: nothing.</summary>
    public Action<HttpRequestMessage>? Prepare { get; init; }

    /// <summary>The largest answer that is read. Default 16 MiB.</summary>
    public int MaxResponseBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>The largest event of a stream that is read. Default 4 MiB.</summary>
    public int MaxEventBytes { get; init; } = 4 * 1024 * 1024;
}
