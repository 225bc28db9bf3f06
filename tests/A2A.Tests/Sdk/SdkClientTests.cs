using System.Security.Cryptography;
using System.Text.Json;

namespace AgentMesh.A2A.Tests.Sdk;

/// <summary>The JavaScript SDK's client, which nobody here wrote, against our server.</summary>
[Collection(nameof(NodeInterop))]
public sealed class SdkClientTests(NodeInterop node)
{
    public static TheoryData<string> Bindings => [A2AProtocol.JsonRpc, A2AProtocol.HttpJson];

    [Theory]
    [MemberData(nameof(Bindings))]
    public async Task The_sdk_completes_every_operation(string binding)
    {
        Assert.SkipWhen(node.Missing is not null, node.Missing ?? "");
        await using var server = await TestServer.StartAsync(options =>
        {
            options.Card = options.Card! with { Capabilities = options.Card.Capabilities with { ExtendedAgentCard = true } };
            options.ExtendedCard = (_, _) => new(options.Card with { Description = "Extended." });
        });

        var output = await NodeInterop.RunScriptAsync("client.mjs", JsonSerializer.Serialize(new { url = server.Address, binding, headers = new Dictionary<string, string> { [TestServer.CallerHeader] = "alice" } }));
        SdkResult.AssertComplete(output, binding);
    }

    [Fact]
    public async Task The_sdk_verifies_a_card_that_we_signed_and_refuses_it_when_it_was_changed()
    {
        Assert.SkipWhen(node.Missing is not null, node.Missing ?? "");
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var parameters = key.ExportParameters(includePrivateParameters: false);
        var jwk = new { kty = "EC", crv = "P-256", kid = "key-1", alg = "ES256", x = System.Buffers.Text.Base64Url.EncodeToString(parameters.Q.X), y = System.Buffers.Text.Base64Url.EncodeToString(parameters.Q.Y) };
        var card = new AgentCardSigner(key, "key-1").Sign(TestCards.Card("https://agent.example/a2a"));
        Assert.Equal("verified", await VerifyAsync(card));
        Assert.Equal("No valid signatures found on agent card.", await VerifyAsync(card with { Description = "Changed." }));

        async Task<string> VerifyAsync(AgentCard each) => (await NodeInterop.RunScriptAsync(
            "verify-card.mjs", $$"""{"card":{{System.Text.Encoding.UTF8.GetString(AgentCardJson.Serialize(each))}},"jwk":{{JsonSerializer.Serialize(jwk)}}}""")).Trim();
    }
}
