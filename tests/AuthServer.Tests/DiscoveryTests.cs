using AgentMesh.AuthServer.Tests.Fixtures;
using AgentMesh.Testing;

namespace AgentMesh.AuthServer.Tests;

[Proves("MD1", "T30", "T37")]
public sealed class DiscoveryTests
{
    [Fact]
    public async Task Metadata_says_what_this_server_does()
    {
        await using var server = await RunningServer.StartAsync();

        var metadata = await server.AnonymousClient().GetAsync(".well-known/oauth-authorization-server");

        Assert.Equal(200, metadata.Status);
        Assert.Equal(TestMesh.Issuer, metadata["issuer"]);
        Assert.Equal(TestMesh.Issuer + "token", metadata["token_endpoint"]);
        Assert.Equal(TestMesh.Issuer + "jwks", metadata["jwks_uri"]);
        Assert.Equal(TestMesh.Issuer + "revoke", metadata["revocation_endpoint"]);
        Assert.Equal(TestMesh.Issuer + "introspect", metadata["introspection_endpoint"]);
        Assert.Contains(TestClient.TokenExchange, metadata.Body["grant_types_supported"]!.AsArray().Select(v => (string?)v));
        Assert.Equal(["spiffe_x509", "spiffe_jwt"], metadata.Body["token_endpoint_auth_methods_supported"]!.AsArray().Select(v => (string?)v));
        Assert.True((bool)metadata.Body["tls_client_certificate_bound_access_tokens"]!);
        Assert.Empty(metadata.Body["response_types_supported"]!.AsArray());
        Assert.Equal("public, max-age=300", metadata.CacheControl);
    }

    [Theory]
    [InlineData("Host", "attacker.test")]
    [InlineData("X-Forwarded-Host", "attacker.test")]
    public async Task No_header_decides_where_the_endpoints_are(string header, string value)
    {
        await using var server = await RunningServer.StartAsync();

        var metadata = await server.AnonymousClient().GetAsync(".well-known/oauth-authorization-server", (header, value));

        Assert.Equal(TestMesh.Issuer, metadata["issuer"]);
        Assert.DoesNotContain("attacker", metadata.Body.ToJsonString(), StringComparison.Ordinal);
    }
}
