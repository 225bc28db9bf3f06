namespace AgentMesh.A2A.Mesh;

internal static class Services
{
    public static T GetRequired<T>(this IServiceProvider services) where T : class =>
        (T?)services.GetService(typeof(T)) ?? throw new InvalidOperationException($"{typeof(T).Name} is not registered: call AddMeshIdentity first.");
}
