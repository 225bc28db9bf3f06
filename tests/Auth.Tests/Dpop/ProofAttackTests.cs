using System.Net;
using AgentMesh.Testing;

namespace AgentMesh.Auth.Tests;

/// <summary>RFC 9449 §7 at a callee: what a token that is bound to a key is worth to whom.</summary>
[Proves("DP1", "T06", "T07")]
public sealed class ProofAttackTests : DpopCallee
{
    public static TheoryData<string> Bad => [.. BadProofs.Kinds.Where(kind => kind is not ("another method" or "method in small letters" or "relative address"))];

    [Theory]
    [MemberData(nameof(Bad))]
    public async Task A_proof_that_is_not_right_in_every_respect_is_refused(string kind)
    {
        var token = BoundToken();
        var (proof, reason) = BadProofs.Of(kind, Prover, "GET", Address, Mesh.Clock.GetUtcNow(), token);

        AssertRefused(await CallAsync(token, proof), HttpStatusCode.Unauthorized, reason);
        await AssertProvenCallPassesAsync(token);
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("get")]
    [InlineData("HEAD")]
    public async Task A_proof_for_another_method_is_refused(string method)
    {
        var token = BoundToken();

        AssertRefused(await CallAsync(token, Prover.Prove(method, Address, Mesh.Clock.GetUtcNow(), token)), HttpStatusCode.Unauthorized, "dpop_proof_method");
        await AssertProvenCallPassesAsync(token);
    }

    [Fact]
    public async Task A_stolen_token_is_worth_nothing_without_its_key()
    {
        var stolen = BoundToken();
        using var thief = new TestProver();

        AssertRefused(await CallAsync(stolen), HttpStatusCode.Unauthorized, "dpop_proof_missing");
        AssertRefused(await CallAsync(stolen, Prove(stolen, thief)), HttpStatusCode.Unauthorized, "dpop_key_mismatch");
        // With the key's public half, which every proof shows, and a signature of another.
        AssertRefused(await CallAsync(stolen, Prove(stolen, thief, (header, _) => (header["jwk"]!["x"], header["jwk"]!["y"]) = (Prover.X, Prover.Y))), HttpStatusCode.Unauthorized, "dpop_proof_signature");
        await AssertProvenCallPassesAsync(stolen);
    }

    [Fact]
    public async Task A_stolen_token_and_its_proof_are_worth_nothing_on_another_connection()
    {
        var stolen = BoundToken();
        using var thief = Raw.Client(Mesh, Mesh.SourceOf("trader"), Callee.Address);

        AssertRefused(await CallAsync("DPoP", stolen, HttpMethod.Get, "/score", thief, Prove(stolen)), HttpStatusCode.Unauthorized, "actor_mismatch");
        Assert.Equal(TestManifest.IdOf("trader"), Callee.Audit.Last.Caller);
        await AssertProvenCallPassesAsync(stolen);
    }

    [Fact]
    public async Task A_proof_is_used_once()
    {
        var token = BoundToken();
        var proof = Prove(token);
        Assert.Equal(HttpStatusCode.OK, (await CallAsync(token, proof)).Status);

        AssertRefused(await CallAsync(token, proof), HttpStatusCode.Unauthorized, "dpop_proof_replayed");
        Mesh.Clock.Advance(TimeSpan.FromSeconds(59));
        AssertRefused(await CallAsync(token, proof), HttpStatusCode.Unauthorized, "dpop_proof_replayed");
        Mesh.Clock.Advance(TimeSpan.FromSeconds(2));
        AssertRefused(await CallAsync(token, proof), HttpStatusCode.Unauthorized, "dpop_proof_time");
        await AssertProvenCallPassesAsync(token);
    }

    [Fact]
    public async Task Of_many_requests_at_once_with_one_proof_one_passes()
    {
        var token = BoundToken();
        var proof = Prove(token);

        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => CallAsync(token, proof)));

        Assert.Single(answers, answer => answer.Status == HttpStatusCode.OK);
        Assert.Equal(15, answers.Count(answer => answer.Reason == "dpop_proof_replayed"));
    }

    [Fact]
    public async Task A_proof_for_another_token_of_the_same_key_is_refused()
    {
        var (token, other) = (BoundToken(), BoundToken());

        AssertRefused(await CallAsync(token, Prove(other)), HttpStatusCode.Unauthorized, "dpop_proof_token");
        AssertRefused(await CallAsync(token, Prove(token, change: (_, claims) => claims.Remove("ath"))), HttpStatusCode.Unauthorized, "dpop_proof_token");
        await AssertProvenCallPassesAsync(token);
    }

    [Fact]
    public async Task Two_proofs_are_refused()
    {
        var token = BoundToken();

        AssertRefused(await CallAsync(token, Prove(token), Prove(token)), HttpStatusCode.Unauthorized, "dpop_proof_repeated");
        AssertRefused(await CallAsync(token, $"{Prove(token)}, {Prove(token)}"), HttpStatusCode.Unauthorized, "dpop_proof_malformed");
        await AssertProvenCallPassesAsync(token);
    }

    [Fact]
    public async Task A_bound_token_is_not_let_down_to_Bearer()
    {
        var token = BoundToken();

        AssertRefused(await Client.GetAsync("/score", token), HttpStatusCode.Unauthorized, "dpop_required");
        AssertRefused(await CallAsync("Bearer", token, HttpMethod.Get, "/score", Client, Prove(token)), HttpStatusCode.Unauthorized, "dpop_required");
        await AssertProvenCallPassesAsync(token);
    }

    [Fact]
    public async Task A_token_that_is_bound_to_no_key_is_no_DPoP_token()
    {
        var token = HonestToken();

        AssertRefused(await CallAsync(token, Prove(token)), HttpStatusCode.Unauthorized, "dpop_not_bound");
        await AssertHonestCallPassesAsync();
    }

    [Fact]
    public async Task A_token_that_is_bound_to_both_is_checked_for_both()
    {
        var token = BoundToken(cnf => cnf["x5t#S256"] = Advisor.Svid.Thumbprint);
        var foreign = BoundToken(cnf => cnf["x5t#S256"] = Mesh.SourceOf("trader").Svid.Thumbprint);
        using var another = new TestProver();

        AssertRefused(await CallAsync(foreign, Prove(foreign)), HttpStatusCode.Unauthorized, "cnf_mismatch");
        AssertRefused(await CallAsync(token, Prove(token, another)), HttpStatusCode.Unauthorized, "dpop_key_mismatch");
        AssertRefused(await Client.GetAsync("/score", token), HttpStatusCode.Unauthorized, "dpop_required");
        await AssertProvenCallPassesAsync(token);
    }

    [Theory]
    [InlineData("Host", "attacker.test")]
    [InlineData("X-Forwarded-Host", "attacker.test")]
    [InlineData("Forwarded", "host=attacker.test;proto=https")]
    public async Task No_header_decides_where_the_callee_is(string header, string value)
    {
        var token = BoundToken();
        var proof = Prover.Prove("GET", "https://attacker.test/score", Mesh.Clock.GetUtcNow(), token);

        using var request = new HttpRequestMessage(HttpMethod.Get, "/score");
        request.Headers.Authorization = new("DPoP", token);
        request.Headers.TryAddWithoutValidation("DPoP", proof);
        request.Headers.TryAddWithoutValidation(header, value);
        AssertRefused(await Raw.Answer.ReadAsync(await Client.SendAsync(request, TestContext.Current.CancellationToken)), HttpStatusCode.Unauthorized, "dpop_proof_address");

        await AssertProvenCallPassesAsync(token);
    }

    [Theory]
    [InlineData("/score?symbol=MSFT", "")]
    [InlineData("/score", "?ignored=1#x")]
    [InlineData("/SCORE", null)]
    [InlineData("/score/", null)]
    public async Task Of_the_address_the_path_counts_and_the_query_does_not(string path, string? more)
    {
        var token = BoundToken();
        var proof = Prover.Prove("GET", Address + more, Mesh.Clock.GetUtcNow(), token);

        var answer = await CallAsync("DPoP", token, HttpMethod.Get, path, Client, proof);

        Assert.Equal(more is null ? "dpop_proof_address" : null, answer.Reason);
    }

    [Fact]
    public async Task A_refusal_says_which_scheme_and_what_is_wrong_with_the_proof()
    {
        var token = BoundToken();

        using var request = new HttpRequestMessage(HttpMethod.Get, "/score");
        request.Headers.Authorization = new("DPoP", token);
        using var badProof = await Client.SendAsync(request, TestContext.Current.CancellationToken);
        using var noToken = await Client.GetAsync(new Uri("/score", UriKind.Relative), TestContext.Current.CancellationToken);

        Assert.Equal(["DPoP", "Bearer"], badProof.Headers.WwwAuthenticate.Select(c => c.Scheme));
        Assert.Contains("error=\"invalid_dpop_proof\"", badProof.Headers.WwwAuthenticate.First().Parameter, StringComparison.Ordinal);
        Assert.Contains("algs=\"ES256\"", badProof.Headers.WwwAuthenticate.First().Parameter, StringComparison.Ordinal);
        Assert.Equal(["Bearer", "DPoP"], noToken.Headers.WwwAuthenticate.Select(c => c.Scheme));
        Assert.DoesNotContain("error=", noToken.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_resources_metadata_names_the_algorithm()
    {
        var answer = await Client.GetAsync("/.well-known/oauth-protected-resource", HonestToken());

        Assert.Contains("\"dpop_signing_alg_values_supported\":[\"ES256\"]", answer.Body, StringComparison.Ordinal);
    }
}
