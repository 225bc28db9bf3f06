namespace Microsoft.Extensions.Hosting;

/// <summary>
/// Ends the process when the one that started it ends, however that happened. The parent holds the other end of standard
/// input; when it closes it, or dies, this process reads the end of the stream and stops. Works without signals, on every
/// platform. Off unless <c>Mesh:ExitWithParent</c> is true.
/// </summary>
public static class ExitWithParent
{
    /// <summary>Adds the watch where the setting asks for it. Call it before other hosted services are added, so that it also covers their start.</summary>
    public static TBuilder AddExitWithParent<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        if (bool.TryParse(builder.Configuration["Mesh:ExitWithParent"], out var asked) && asked)
            builder.Services.Add(DependencyInjection.ServiceDescriptor.Singleton<IHostedService, ParentWatch>());
        return builder;
    }

    private sealed class ParentWatch(IHostApplicationLifetime lifetime) : IHostedService
    {
        private static readonly TimeSpan Grace = TimeSpan.FromSeconds(3);

        public Task StartAsync(CancellationToken cancellationToken)
        {
            // A blocking read would hold one of few pool threads for good.
            new Thread(Watch) { IsBackground = true, Name = "parent watch" }.Start();
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        private void Watch()
        {
            using var input = Console.OpenStandardInput();
            Span<byte> ignored = stackalloc byte[64];
            while (input.Read(ignored) > 0)
            {
                // What the parent writes has no meaning.
            }

            lifetime.StopApplication();
            if (!lifetime.ApplicationStopped.WaitHandle.WaitOne(Grace))
                Environment.Exit(1);
        }
    }
}
