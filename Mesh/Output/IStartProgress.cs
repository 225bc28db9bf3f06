namespace AgentMesh.Cli.Output;

/// <summary>Hears how far the start of the mesh has come.</summary>
internal interface IStartProgress
{
    void Starting(string name);

    void Ready(string name, TimeSpan after);

    /// <summary>An operator has disabled it: it gets no identity, so it is not waited for.</summary>
    void Disabled(string name);
}
