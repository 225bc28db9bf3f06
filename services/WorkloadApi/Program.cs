using AgentMesh.Auth;
using AgentMesh.Manifest;
using AgentMesh.WorkloadApi.Configuration;
using Microsoft.Extensions.Options;

namespace AgentMesh.WorkloadApi;

/// <summary>Starts the server. Whatever is wrong with the configuration ends in one message and exit code 1.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        if (args.Any(a => a is "--help" or "-h" or "-?"))
        {
            await Console.Out.WriteLineAsync(Usage.Text);
            return 0;
        }
        try
        {
            await using var app = WorkloadApiServer.Build(args, builder =>
            {
                // The host logs a failed start with its stack trace; Main says in a sentence what was wrong.
                builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
                builder.AddExitWithParent();
            });
            await app.RunAsync();
            return 0;
        }
        catch (OperationCanceledException)
        {
            // Told to stop before it had started.
            return 0;
        }
        catch (ManifestException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
        }
        catch (Exception e) when (e is SettingsException or OptionsValidationException or AuditException)
        {
            await Console.Error.WriteLineAsync($"workload-api: {e.Message}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or System.Net.Sockets.SocketException)
        {
            await Console.Error.WriteLineAsync($"workload-api: cannot serve the addresses in ASPNETCORE_URLS: {e.Message}");
        }
        return 1;
    }
}
