using Microsoft.Extensions.DependencyInjection;

namespace AgentMesh.Auth.AspNetCore;

/// <summary>What of Microsoft Entra ID is accepted, if anything: made once, ended with the host.</summary>
internal sealed class AcceptedEntraTokens(IServiceProvider services) : IDisposable
{
    private const int LargestAnswer = 256 * 1024;

    /// <summary>Null when no token of Microsoft Entra ID is accepted.</summary>
    public EntraTokenRules? Rules { get; } = EntraTokenRules.Create(services);

    public static void Add(IServiceCollection services)
    {
        services.AddSingleton<AcceptedEntraTokens>();
        services.AddHttpClient(EntraTokenRules.HttpClientName, static http =>
            {
                http.Timeout = TimeSpan.FromSeconds(10);
                http.MaxResponseContentBufferSize = LargestAnswer;
            })
            .ConfigurePrimaryHttpMessageHandler(static () => new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseCookies = false,
                PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            });
    }

    public void Dispose() => Rules?.Dispose();
}
