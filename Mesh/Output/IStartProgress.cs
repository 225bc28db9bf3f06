namespace AgentMesh.Cli.Output;

/// <summary>Hears how far the start of the mesh has come.</summary>
internal interface IStartProgress
{
    void Starting(string name);

    void Ready(string name, TimeSpan after);
}
