using AgentMesh.A2A.Mesh.Tests.Mesh;
using AgentMesh.Spiffe;
using AgentMesh.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace AgentMesh.A2A.Mesh.Tests.Cards;

/// <summary>What an agent says about itself is true, and signed by itself.</summary>
public sealed class MeshCardTests : IAsyncLifetime
{
    private readonly ChainMesh _mesh = new();
    private RunningAgent _back = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _mesh.InitializeAsync();
        _back = await _mesh.BackAsync();
    }

    [Fact]
    public async Task A_card_says_how_the_agent_is_called_which_scope_each_skill_takes_and_where_a_person_must_approve()
    {
        var card = await FetchAsync();

        Assert.Equal([_back.Address + "a2a", _back.Address + "a2a"], card.SupportedInterfaces.Select(each => each.Url));
        var oauth = card.SecuritySchemes!["oauth"].Oauth2SecurityScheme!;
        Assert.Equal((_mesh.Issuer + "token", _mesh.Issuer + ".well-known/oauth-authorization-server"), (oauth.Flows.ClientCredentials!.TokenUrl, oauth.Oauth2MetadataUrl));
        Assert.Equal("Read", oauth.Flows.ClientCredentials.Scopes["back.read"]);
        Assert.Contains("A person must approve", oauth.Flows.ClientCredentials.Scopes["back.do"], StringComparison.Ordinal);
        Assert.Contains(ChainManifest.IdOf("back"), card.SecuritySchemes["mtls"].MtlsSecurityScheme!.Description, StringComparison.Ordinal);
        // The skill without a scope is nobody's, and is not announced.
        Assert.Equal(["do", "read"], card.Skills.Select(skill => skill.Id));
        Assert.EndsWith("A person must approve each use.", card.Skills[0].Description, StringComparison.Ordinal);
        Assert.All(card.Skills, skill => Assert.Equal([$"back.{skill.Id}"], Assert.Single(skill.SecurityRequirements!).Schemes!["oauth"].List));
        Assert.All(card.Skills, skill => Assert.Equal(["spiffe://agentmesh.local"], skill.SecurityRequirements![0].Schemes!["mtls"].List));
    }

    [Fact]
    public async Task An_agent_that_takes_no_tokens_announces_mutual_TLS_alone_and_is_called_so()
    {
        await _mesh.StartAsync("plain", builder => builder.AddSkill<ReadSkill>());
        var ann = _mesh.Caller("ann");
        var found = await ann.Directory.FetchAsync(ChainManifest.Manifest.Agents["plain"], _mesh.AddressOf("plain"), Cancellation);

        Assert.Equal(["mtls"], found.Card.SecuritySchemes!.Keys);
        var client = ann.Services.GetRequiredService<AgentConnections>().For(found, "read");
        var reply = await client.SendMessageAsync(new() { Message = Message.FromUser("read") }, Cancellation);
        Assert.Equal(TaskState.Completed, reply.Task!.Status.State);
    }

    [Fact]
    public async Task The_extended_card_has_the_skills_that_the_request_may_use()
    {
        var client = await _mesh.Caller("ann").ClientAsync("read", "back.read");

        Assert.Equal(["read"], (await client.GetExtendedAgentCardAsync(Cancellation)).Skills.Select(skill => skill.Id));
    }

    [Fact]
    public async Task A_card_is_signed_anew_when_the_SVID_rotates_and_both_signatures_are_good_while_their_SVIDs_are()
    {
        var before = await BytesAsync();
        Rotate("back", _mesh.Authority);
        var after = await BytesAsync();

        Assert.False(before.AsSpan().SequenceEqual(after));
        Assert.NotNull(Verify(before, "back"));
        Assert.NotNull(Verify(after, "back"));
    }

    [Fact, Threat("T29")]
    public async Task A_card_that_was_changed_after_signing_is_not_believed()
    {
        var json = await BytesAsync();
        Assert.NotNull(Verify(json, "back"));

        var changed = System.Text.Encoding.UTF8.GetString(json).Replace("127.0.0.1", "127.0.0.2", StringComparison.Ordinal);
        Assert.Null(Verify(System.Text.Encoding.UTF8.GetBytes(changed), "back", out var reason));
        Assert.Contains("does not match", reason, StringComparison.Ordinal);
    }

    [Theory, Threat("T29")]
    [InlineData("another agent's SVID", "it is spiffe://agentmesh.local/agent/rogue's")]
    [InlineData("an SVID of another authority", "not issued by an authority of its trust domain")]
    [InlineData("a key without a certificate", "no x5c")]
    [InlineData("an SVID that has expired", "expired")]
    public async Task A_card_that_the_agent_did_not_sign_with_a_valid_SVID_is_not_believed(string attack, string why)
    {
        var card = (await FetchAsync()) with { Signatures = null };
        using var foreign = new TestAuthority(ChainManifest.TrustDomain, _mesh.Clock);
        using var svid = attack switch
        {
            "another agent's SVID" => _mesh.Authority.IssueX509(SpiffeId.Parse(ChainManifest.IdOf("rogue"))),
            "an SVID of another authority" => foreign.IssueX509(SpiffeId.Parse(ChainManifest.IdOf("back"))),
            _ => _mesh.Authority.IssueX509(SpiffeId.Parse(ChainManifest.IdOf("back"))),
        };
        using var key = System.Security.Cryptography.X509Certificates.ECDsaCertificateExtensions.GetECDsaPrivateKey(svid.Certificate)!;
        var signer = attack == "a key without a certificate" ? new AgentCardSigner(key, ChainManifest.IdOf("back")) : new AgentCardSigner(key, ChainManifest.IdOf("back"), svid.Certificate.RawDataMemory);
        var json = AgentCardJson.Serialize(signer.Sign(card));
        // The source's own SVID would end too: only the verifier's clock moves.
        var time = attack == "an SVID that has expired" ? new MovableClock() : _mesh.Clock;
        if (attack == "an SVID that has expired")
            time.Advance(TimeSpan.FromHours(1));

        Assert.Null(new CardTrust(_mesh.SourceOf("ann"), time).Verify(json, SpiffeId.Parse(ChainManifest.IdOf("back")), out var reason));
        Assert.Contains(why, reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_skill_with_a_scope_that_the_manifest_does_not_define_keeps_the_agent_from_starting()
    {
        var fault = await Assert.ThrowsAsync<Microsoft.Extensions.Options.OptionsValidationException>(() => _mesh.StartAsync("rogue", builder => builder.AddSkill<MisspeltSkill>()));

        Assert.Contains("\"back.raed\"", Assert.Single(fault.Failures), StringComparison.Ordinal);
    }

    [Skill("misspelt", "back.raed", Description = "Has a scope that there is not.")]
    private sealed class MisspeltSkill : ISkillHandler
    {
        public Task ExecuteAsync(AgentTaskContext task, CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private void Rotate(string party, TestAuthority authority) =>
        _mesh.SourceOf(party).Update(authority.IssueX509(SpiffeId.Parse(ChainManifest.IdOf(party))), [authority.X509Bundle], [authority.JwtBundle]);

    private async Task<AgentCard> FetchAsync() => AgentCardJson.Parse(await BytesAsync());

    private Task<byte[]> BytesAsync() => _mesh.Caller("ann").Raw.GetByteArrayAsync(new Uri(_back.Address, A2AProtocol.AgentCardPath), Cancellation);

    private VerifiedAgentCard? Verify(byte[] json, string agent) => Verify(json, agent, out _);

    private VerifiedAgentCard? Verify(byte[] json, string agent, out string reason) =>
        new CardTrust(_mesh.SourceOf("ann"), _mesh.Clock).Verify(json, SpiffeId.Parse(ChainManifest.IdOf(agent)), out reason);

    public ValueTask DisposeAsync() => _mesh.DisposeAsync();
}
