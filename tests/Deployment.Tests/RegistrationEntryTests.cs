using AgentMesh.Deployment.Spire;

namespace AgentMesh.Deployment.Tests;

public sealed class RegistrationEntryTests
{
    private const string Parent = "spiffe://bank.example/spire/agent/join_token/local";

    private static readonly IReadOnlyList<RegistrationEntry> Entries =
        RegistrationEntries.ForHostProcesses(Sample.Manifest, Parent, userId: 1000, "Release");

    [Fact]
    public void Every_party_with_a_process_has_an_entry_and_the_embedded_workload_api_has_none() => Assert.Equal(
        [
            "spiffe://bank.example/agent/advisor",
            "spiffe://bank.example/agent/market",
            "spiffe://bank.example/agent/risk",
            "spiffe://bank.example/operator/desk",
            "spiffe://bank.example/service/auth-server",
            "spiffe://bank.example/service/console",
        ],
        Entries.Select(entry => entry.SpiffeId));

    [Fact]
    public void A_host_process_is_attested_by_user_and_executable()
    {
        var advisor = Entries.Single(entry => entry.SpiffeId.EndsWith("/advisor", StringComparison.Ordinal));
        var executable = Path.Combine(Sample.Manifest.Root, "agents/Advisor/bin/Release/net10.0/Advisor");

        Assert.Equal([new Selector("unix", "uid:1000"), new Selector("unix", "path:" + executable)], advisor.Selectors);
    }

    [Fact]
    public void A_partys_own_selectors_replace_the_default() => Assert.Equal(
        [new Selector("unix", "uid:2001"), new Selector("unix", "path:/srv/risk/Risk")],
        Entries.Single(entry => entry.SpiffeId.EndsWith("/risk", StringComparison.Ordinal)).Selectors);

    [Fact]
    public void Lifetimes_are_the_manifests_in_seconds() => Assert.All(Entries, entry =>
    {
        Assert.Equal(1800, entry.X509SvidTtl);
        Assert.Equal(300, entry.JwtSvidTtl);
        Assert.Equal(Parent, entry.ParentId);
    });

    [Fact]
    public void The_document_is_what_spire_server_reads() => Snapshot.Matches(
        "entries.json",
        RegistrationEntries.ToJson([.. Entries.Where(entry => entry.SpiffeId.EndsWith("/risk", StringComparison.Ordinal))]).ReplaceLineEndings("\n") + "\n");

    [Theory]
    [InlineData("unix")]
    [InlineData(":uid")]
    [InlineData("unix:")]
    public void A_selector_without_type_or_value_is_refused(string text) => Assert.Throws<FormatException>(() => Selector.Parse(text));

    [Fact]
    public void A_container_is_attested_by_the_label_that_names_its_party()
    {
        var entry = RegistrationEntries.ForContainers(Sample.Manifest, "spiffe://bank.example/node/compose")
            .Single(entry => entry.SpiffeId == "spiffe://bank.example/agent/advisor");
        Assert.Equal([new Selector("docker", "label:io.agentmesh.party:advisor")], entry.Selectors);
        Assert.Equal((1800, 300), (entry.X509SvidTtl, entry.JwtSvidTtl));
    }
}
