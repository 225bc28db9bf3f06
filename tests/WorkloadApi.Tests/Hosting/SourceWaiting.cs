using AgentMesh.Spiffe;

namespace AgentMesh.WorkloadApi.Tests.Hosting;

internal static class SourceWaiting
{
    /// <summary>Waits for the source to become so, by its own notifications.</summary>
    public static async Task UntilAsync(this SpiffeSource source, Func<bool> condition)
    {
        while (true)
        {
            // Taken before the condition is looked at, so that no change falls in between.
            var updated = source.WaitUntilUpdatedAsync(TestContext.Current.CancellationToken);
            if (condition())
                return;
            await updated;
        }
    }
}
