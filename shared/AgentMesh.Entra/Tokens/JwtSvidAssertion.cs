using AgentMesh.Auth;
using AgentMesh.Spiffe;
using Microsoft.Identity.Abstractions;
using Microsoft.Identity.Client;
using Microsoft.Identity.Web;

namespace AgentMesh.Entra;

/// <summary>
/// The agent's JWT-SVID as client assertion of a federated identity credential. It is asked of the Workload API for each token: the one
/// that is in force, never one kept here.
/// </summary>
internal sealed class JwtSvidAssertion(IJwtSvidSource svids, MeshIdentity identity) : ClientAssertionProviderBase, ICustomSignedAssertionProvider
{
    /// <summary>The audience of every assertion that is exchanged for a token of Microsoft Entra ID.</summary>
    public const string Audience = "api://AzureADTokenExchange";

    public const string ProviderName = "AgentMesh.JwtSvid";

    private volatile string? _issuer;

    public string Name => ProviderName;

    /// <summary>The <c>iss</c> of the newest assertion, for messages.</summary>
    public string? Issuer => _issuer;

    public CredentialSource CredentialSource => CredentialSource.CustomSignedAssertion;

    public Task LoadIfNeededAsync(CredentialDescription credentialDescription, CredentialSourceLoaderParameters? parameters = null)
    {
        credentialDescription.CachedValue = this;
        return Task.CompletedTask;
    }

    protected override async Task<ClientAssertion> GetClientAssertionAsync(AssertionRequestOptions? assertionRequestOptions)
    {
        var svid = await svids.FetchJwtSvidAsync(Audience, assertionRequestOptions?.CancellationToken ?? default).ConfigureAwait(false);
        if (!svid.Id.Equals(identity.Id))
            throw new JwtSvidUnfitException($"The Workload API gave a JWT-SVID of {svid.Id}, but this agent is {identity.Id}. Correct the registration entry for this executable.");
        if (!svid.Claims.TryGetValue("iss", out var issuer) || issuer.ValueKind != System.Text.Json.JsonValueKind.String || !IsPublicIssuer(issuer.GetString()))
        {
            throw new JwtSvidUnfitException("The JWT-SVID has no iss claim that is an https:// address, so no federated identity credential can match it. "
                + "Set jwt_issuer of the SPIRE server (or Mesh:WorkloadApi:Issuer) to the address of its OIDC discovery document; see docs/entra.md.");
        }
        _issuer = issuer.GetString();
        // Over at once, so that the base class keeps none for another request.
        return new ClientAssertion(svid.Token, DateTimeOffset.MinValue);
    }

    private static bool IsPublicIssuer(string? issuer) => Uri.TryCreate(issuer, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttps;
}

/// <summary>The JWT-SVID cannot be this agent's assertion.</summary>
internal sealed class JwtSvidUnfitException(string message) : Exception(message);
