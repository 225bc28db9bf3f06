namespace AgentMesh.Deployment.Kubernetes;

/// <summary>What the Pod Security Standard "restricted" asks for, and a read-only root file system on top.</summary>
internal static class PodSecurity
{
    /// <summary>The user of Microsoft's .NET images.</summary>
    public const int DotNetUser = 1654;

    public static YamlMap Pod(int user) => new()
    {
        ["runAsNonRoot"] = true,
        ["runAsUser"] = user,
        ["runAsGroup"] = user,
        ["fsGroup"] = user,
        ["seccompProfile"] = new YamlMap { ["type"] = "RuntimeDefault" },
    };

    public static YamlMap Container() => new()
    {
        ["allowPrivilegeEscalation"] = false,
        ["readOnlyRootFilesystem"] = true,
        ["runAsNonRoot"] = true,
        ["capabilities"] = new YamlMap { ["drop"] = new List<object> { "ALL" } },
        ["seccompProfile"] = new YamlMap { ["type"] = "RuntimeDefault" },
    };
}
