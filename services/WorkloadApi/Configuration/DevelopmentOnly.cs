namespace AgentMesh.WorkloadApi.Configuration;

/// <summary>This server is for machines without SPIRE: development and tests.</summary>
internal static class DevelopmentOnly
{
    /// <exception cref="SettingsException">The environment is another, and nobody has said in so many words that it shall run there.</exception>
    public static void Enforce(IHostEnvironment environment, WorkloadApiSettings settings)
    {
        if (environment.IsDevelopment() || settings.AllowOutsideDevelopment)
            return;
        throw new SettingsException(
            $"The environment is {environment.EnvironmentName}, and this Workload API is for Development: its authority's key is in memory and callers are told apart by their executable. "
            + "Use SPIRE, or set ASPNETCORE_ENVIRONMENT=Development, or, knowing that, Mesh:WorkloadApi:AllowOutsideDevelopment=true.");
    }
}
