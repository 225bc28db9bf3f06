namespace AgentMesh.A2A.Tests.Storage;

public sealed class InMemoryTaskStoreTests : TaskStoreContract
{
    protected override ValueTask<ITaskStore> CreateAsync() => new(new InMemoryTaskStore());
}
