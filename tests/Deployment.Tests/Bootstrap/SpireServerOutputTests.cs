using AgentMesh.Deployment.Processes;
using AgentMesh.Deployment.Spire.Bootstrap;

namespace AgentMesh.Deployment.Tests.Bootstrap;

public sealed class SpireServerOutputTests
{
    [Fact]
    public void Entries_are_read_as_SPIRE_prints_them()
    {
        // As SPIRE 1.15.3 prints it: ProtoJSON, default values written out, 64-bit numbers as strings.
        var entry = Assert.Single(SpireServerOutput.Entries("""
            {"entries":[{"id":"0b4c","spiffe_id":{"trust_domain":"bank.example","path":"/agent/risk"},"parent_id":{"trust_domain":"bank.example","path":"/node/apphost"},
            "selectors":[{"type":"unix","value":"uid:1000"}],"x509_svid_ttl":1800,"federates_with":[],"hint":"","admin":false,"created_at":"1790000000","downstream":false,
            "expires_at":"0","dns_names":[],"revision_number":"3","store_svid":false,"jwt_svid_ttl":300}],"next_page_token":""}
            """));
        Assert.Equal("0b4c", entry.Id);
        Assert.Equal(("spiffe://bank.example/agent/risk", "spiffe://bank.example/node/apphost", 1800, 300),
            (entry.Entry.SpiffeId, entry.Entry.ParentId, entry.Entry.X509SvidTtl, entry.Entry.JwtSvidTtl));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("""{"entries":[{"id":"x"}]}""")]
    public void Output_of_another_shape_is_a_failure_and_not_no_entries(string output) =>
        Assert.Throws<CommandException>(() => SpireServerOutput.Entries(output));

    [Theory]
    [InlineData("")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")]
    public void A_bundle_without_a_certificate_is_a_failure(string output) =>
        Assert.Throws<CommandException>(() => SpireServerOutput.Bundle(output));

    [Theory]
    [InlineData("""{"value":""}""")]
    [InlineData("""{"value":"a token; rm -rf /"}""")]
    public void A_token_is_letters_digits_and_hyphens(string output) =>
        Assert.Throws<CommandException>(() => SpireServerOutput.JoinToken(output));
}
