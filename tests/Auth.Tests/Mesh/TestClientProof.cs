using System.Buffers.Text;
using System.Text.Json.Nodes;
using AgentMesh.Spiffe;
using AgentMesh.Testing;
using Microsoft.AspNetCore.Http;

namespace AgentMesh.Auth.Tests;

/// <summary>Who asks the test's authorization server for a token, and what that is bound to: an X509-SVID, or the key of a DPoP proof beside a JWT-SVID.</summary>
internal sealed record TestClientProof(string Id, string Binding, bool ByKey)
{
    public string TokenType => ByKey ? "DPoP" : "Bearer";

    public static TestClientProof? Read(HttpContext context, IReadOnlyDictionary<string, string> form, IJwtBundleSource bundles, string issuer, DateTimeOffset now)
    {
        if (context.Connection.ClientCertificate is { } certificate)
        {
            var peer = SpiffePeer.FromVerified(certificate)!;
            return new(peer.Id.ToString(), peer.Thumbprint, ByKey: false);
        }
        if (!form.TryGetValue("client_assertion", out var assertion) || form["client_assertion_type"] != "urn:ietf:params:oauth:client-assertion-type:jwt-spiffe"
            || JwtSvidValidator.Validate(assertion, bundles, issuer, now).Svid is not { } svid || context.Request.Headers["DPoP"] is not [{ } proof])
        {
            return null;
        }
        var jwk = JsonNode.Parse(Base64Url.DecodeFromChars(proof.Split('.')[0]))!["jwk"]!;
        return new(svid.Id.ToString(), TestProver.Hash($$"""{"crv":"P-256","kty":"EC","x":"{{jwk["x"]}}","y":"{{jwk["y"]}}"}"""), ByKey: true);
    }

    public void Bind(TestToken token)
    {
        if (ByKey)
            token.Claims["cnf"] = new JsonObject { ["jkt"] = Binding };
    }
}
