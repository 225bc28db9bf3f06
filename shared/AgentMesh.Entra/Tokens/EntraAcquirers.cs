using AgentMesh.Auth;
using AgentMesh.Spiffe;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Identity.Abstractions;
using Microsoft.Identity.Client;
using Microsoft.Identity.Web;
using Microsoft.Identity.Web.TokenCacheProviders;

namespace AgentMesh.Entra;

/// <summary>
/// Microsoft.Identity.Web's token acquisition in a container of its own: a host that uses it for signing people in keeps its settings, caches
/// and HTTP clients, and this library gets none of them.
/// </summary>
internal sealed class EntraAcquirers : IDisposable
{
    public const string HttpClientName = "AgentMesh.Entra";

    private readonly ServiceProvider _services;
    private readonly ITokenAcquirerFactory _factory;
    private readonly JwtSvidAssertion _assertion;

    public EntraAcquirers(IJwtSvidSource svids, MeshIdentity identity, IHttpClientFactory http, ILoggerFactory logs)
    {
        _assertion = new JwtSvidAssertion(svids, identity);
        var services = new ServiceCollection();
        services.AddSingleton(logs);
        services.AddSingleton(typeof(ILogger<>), typeof(Logger<>));
        services.AddOptions();
        services.AddSingleton(http);
        services.AddSingleton<IMsalHttpClientFactory>(new NamedHttpClients(http));
        services.AddSingleton<ICustomSignedAssertionProvider>(_assertion);
        services.AddTokenAcquisition(isTokenAcquisitionSingleton: true);
        services.AddSingleton<IMsalTokenCacheProvider>(new NoTokenCache());
        _services = services.BuildServiceProvider();
        _factory = _services.GetRequiredService<ITokenAcquirerFactory>();
    }

    /// <summary>The <c>iss</c> of the JWT-SVID that was sent last.</summary>
    public string? AssertionIssuer => _assertion.Issuer;

    /// <summary>Asks Entra for a new token: what is held already is the business of <see cref="AgentAuthHandler"/>, which knows when it was refused.</summary>
    /// <exception cref="MsalException">Entra refused, or could not be asked.</exception>
    public Task<AcquireTokenResult> AcquireAsync(EntraCallee callee, CancellationToken cancellationToken)
    {
        var acquirer = _factory.GetTokenAcquirer(new MicrosoftIdentityApplicationOptions
        {
            Instance = callee.Instance.OriginalString,
            TenantId = callee.TenantId,
            ClientId = callee.ClientId,
            ClientCredentials = [new CredentialDescription { SourceType = CredentialSource.CustomSignedAssertion, CustomSignedAssertionProviderName = JwtSvidAssertion.ProviderName }],
            EnablePiiLogging = false,
        });
        return acquirer.GetTokenForAppAsync(callee.Scope, new AcquireTokenOptions { ForceRefresh = true }, cancellationToken);
    }

    public void Dispose() => _services.Dispose();

    // The token cache of AgentMesh.Auth is bounded, keyed by callee and scopes, and told of refusals; a second one would only hide those from it.
    private sealed class NoTokenCache : IMsalTokenCacheProvider
    {
        [Obsolete("Replaced by Initialize in Microsoft.Identity.Web.")]
        public Task InitializeAsync(ITokenCache tokenCache) => Task.CompletedTask;

        public void Initialize(ITokenCache tokenCache)
        {
        }

        public Task ClearAsync(string homeAccountId) => Task.CompletedTask;
    }

    private sealed class NamedHttpClients(IHttpClientFactory http) : IMsalHttpClientFactory
    {
        public HttpClient GetHttpClient() => http.CreateClient(HttpClientName);
    }
}
