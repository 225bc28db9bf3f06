using System.Net.Sockets;
using AgentMesh.Manifest;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Options;

namespace AgentMesh.ServiceDefaults;

/// <summary>Runs an agent's process.</summary>
public static class Agent
{
    /// <summary>
    /// Builds the application and runs it until it is asked to stop. What keeps it from starting is printed to the standard error
    /// stream as one line, without a stack trace.
    /// </summary>
    /// <param name="build">Makes the application; what it throws is reported like a failure to start.</param>
    /// <returns>The process's exit code: 0 when it ran, 1 when it could not start.</returns>
    public static async Task<int> RunAsync(Func<WebApplication> build)
    {
        ArgumentNullException.ThrowIfNull(build);
        try
        {
            await using var app = build();
            await app.RunAsync();
            return 0;
        }
        catch (Exception e)
        {
            await Console.Error.WriteLineAsync($"{Path.GetFileNameWithoutExtension(Environment.ProcessPath)}: {Explain(e)}");
            return 1;
        }
    }

    /// <summary>One line for the person who started the process.</summary>
    internal static string Explain(Exception e)
    {
        var message = e switch
        {
            ManifestException manifest => string.Join("; ", manifest.Diagnostics.Where(d => d.IsError)),
            OptionsValidationException options => string.Join("; ", options.Failures),
            AggregateException { InnerExceptions.Count: > 0 } several => string.Join("; ", several.InnerExceptions.Select(Explain)),
            IOException { InnerException.InnerException: SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse } } or
                IOException { InnerException: SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse } } =>
                $"{e.Message} Stop the other process, or set ASPNETCORE_URLS to another port.",
            _ => e.Message,
        };
        return message.ReplaceLineEndings(" ");
    }
}
