using AgentMesh.Agents.Tests.Running;

#pragma warning disable CA1050 // .NET looks for this name, outside of any namespace
/// <summary>What .NET runs first in a process that has <c>DOTNET_STARTUP_HOOKS</c>: here, somebody who took an agent over.</summary>
internal static class StartupHook
{
    public static void Initialize()
    {
        var task = Environment.GetEnvironmentVariable(TakenOver.Variable) == "lies" ? LyingAnalyst.RunAsync() : PastTheFilter.RunAsync();
        Environment.Exit(task.GetAwaiter().GetResult());
    }
}
#pragma warning restore CA1050
