using System.Net.Sockets;
using AgentMesh.Auth;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace AgentMesh.AuthServer.Hosting;

/// <summary>Turns what keeps the server from starting into one line for the person who started it.</summary>
internal static class StartupErrors
{
    /// <returns>Null for what nobody foresaw: then the stack trace is worth having.</returns>
    public static string? Explain(Exception failure) => failure switch
    {
        StartupException or OptionsValidationException or AuditException => failure.Message,
        IOException { InnerException: AddressInUseException } => $"{failure.Message} Choose other ports in ASPNETCORE_URLS, or stop the process that has them.",
        IOException { InnerException: SocketException or IOException } => failure.Message,
        SocketException => $"{failure.Message} (ASPNETCORE_URLS)",
        AggregateException { InnerExceptions: [var only] } => Explain(only),
        _ => null,
    };
}
