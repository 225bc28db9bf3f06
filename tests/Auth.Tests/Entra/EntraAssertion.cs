using AgentMesh.Spiffe;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace AgentMesh.Auth.Tests.Entra;

/// <summary>
/// How the stand-in judges a client assertion: by a federated credential, exactly, and by the keys that the assertion's issuer publishes. It reads and
/// verifies with Microsoft's own library, so that it shares no code with what is tested.
/// </summary>
internal static class EntraAssertion
{
    private static readonly JsonWebTokenHandler Handler = new() { MapInboundClaims = false };

    public static async Task CheckAsync(string assertion, EntraApplication application, IReadOnlyDictionary<string, JwtBundle> issuers, DateTimeOffset now)
    {
        if (!Handler.CanReadToken(assertion))
            throw EntraRefusal.BadSignature();
        var token = Handler.ReadJsonWebToken(assertion);
        var audience = string.Join(',', token.Audiences);
        if (application.FederatedCredentials.Count == 0)
            throw EntraRefusal.NoFederatedIdentity(70021, "Issuer", token.Issuer);
        if (!application.FederatedCredentials.Any(c => c.Issuer == token.Issuer))
            throw EntraRefusal.NoFederatedIdentity(700211, "issuer", token.Issuer);
        if (!application.FederatedCredentials.Any(c => c.Issuer == token.Issuer && c.Subject == token.Subject))
            throw EntraRefusal.NoFederatedIdentity(700213, "subject", token.Subject);
        if (!application.FederatedCredentials.Contains((token.Issuer, token.Subject, audience)))
            throw EntraRefusal.NoFederatedIdentity(700212, "audience", audience);
        if (!issuers.TryGetValue(token.Issuer, out var bundle))
            throw EntraRefusal.BadSignature();

        var keys = new JsonWebKeySet(System.Text.Encoding.UTF8.GetString(bundle.ToJson("sig"))).GetSigningKeys();
        var result = await Handler.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidIssuer = token.Issuer,
            ValidAudience = JwtAudience,
            IssuerSigningKeys = keys,
            // Microsoft documents RS256 as the only algorithm that it supports here.
            ValidAlgorithms = [SecurityAlgorithms.RsaSha256],
            LifetimeValidator = (_, expires, _, _) => expires > now.UtcDateTime,
            TryAllIssuerSigningKeys = false,
        });
        if (result.Exception is SecurityTokenInvalidLifetimeException)
            throw EntraRefusal.BadTime();
        if (!result.IsValid)
            throw EntraRefusal.BadSignature();
    }

    private const string JwtAudience = "api://AzureADTokenExchange";
}
