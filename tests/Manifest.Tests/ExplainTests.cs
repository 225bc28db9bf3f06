namespace AgentMesh.Manifest.Tests;

public sealed class ExplainTests
{
    private static readonly MeshManifest Mesh = MeshManifest.Load(Repository.File("mesh.json"));

    [Fact]
    public void An_allowed_call_has_reasons_that_all_hold()
    {
        var explanation = PolicyAnalysis.Explain(Mesh, "advisor", "trader", "trade.propose", "portfolio.advise");

        Assert.True(explanation.Decision.IsAllowed);
        Assert.All(explanation.Reasons, reason => Assert.True(reason.Holds));
        Assert.Equal("advisor may call trader.", explanation.ToString().Split(Environment.NewLine)[0]);
        Assert.Contains("yes  The edge grants scope trade.propose: Draft an order (line ", explanation.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("advisr", "trader", "", "", "The caller \"advisr\" is not in the manifest. Did you mean \"advisor\"?", null)]
    [InlineData("advisor", "trade", "", "", "The callee \"trade\" is not in the manifest. Did you mean \"trader\"?", null)]
    [InlineData("market-data", "trader", "", "", "market-data has no edge to trader: it may call nobody", "\"market-data\": { \"project\"")]
    [InlineData("trader", "advisor", "", "", "trader has no edge to advisor: it may call market-data, risk-analyst", "\"trader\": {\n")]
    [InlineData("advisor", "console", "", "", "service console cannot be called: only agents can", "\"advisor\": {\n")]
    [InlineData("advisor", "trader", "risk.score", "portfolio.advise", "The edge does not grant scope risk.score; it grants account.read, trade.propose, trade.execute", "\"risk.score\": {")]
    [InlineData("advisor", "trader", "trade.propos", "portfolio.advise", "The manifest knows no scope \"trade.propos\". Did you mean \"trade.propose\"?", null)]
    [InlineData("advisor", "trader", "trade.propose", "", "The edge's \"when\" asks that the request being served carry scope portfolio.advise; none is being served", "\"trader\": {\n          \"scopes\"")]
    [InlineData("advisor", "trader", "trade.propose", "risk.score", "The edge's \"when\" asks that the request being served carry scope portfolio.advise; it does not", "\"trader\": {\n          \"scopes\"")]
    [InlineData("advisor", "trader", "account.read", "portfolio.advise", "Scope account.read's \"when\" asks that the request being served carry scope account.read; it does not", "\"trader\": {\n          \"scopes\"")]
    [InlineData("advisor", "trader", "trade.execute", "portfolio.advise", "Scope trade.execute is issued only after a person has approved the action", "\"trade.execute\": {")]
    public void A_refused_call_has_its_reason_and_its_line(string caller, string callee, string scopes, string serving, string says, string? at)
    {
        var explanation = PolicyAnalysis.Explain(Mesh, caller, callee, scopes, serving);

        Assert.False(explanation.Decision.IsAllowed);
        var reason = Assert.Single(explanation.Reasons, reason => !reason.Holds);
        Assert.Equal(says, reason.Text);
        Assert.Equal(at is null ? null : LineOf(at), reason.Position?.Line);
    }

    [Fact]
    public void Text_from_outside_cannot_steer_the_terminal() =>
        Assert.DoesNotContain('\u001b', PolicyAnalysis.Explain(Mesh, "\u001b[2J", "trader\u001b", "", "").ToString());

    /// <summary>Explanations and decisions never disagree, whatever is asked.</summary>
    [Fact]
    public void Reasons_all_hold_exactly_when_the_call_is_allowed()
    {
        string[] parties = [.. Mesh.Agents.Keys, .. Mesh.Operators.Keys, "auth-server", "nobody"];
        string[] scopes = ["", .. Mesh.Scopes.Keys, "trade.propose trade.execute", "nonsense"];
        var asked = from caller in parties from callee in parties from scope in scopes from serving in scopes select (caller, callee, scope, serving);

        foreach (var (caller, callee, scope, serving) in asked)
        {
            var explanation = PolicyAnalysis.Explain(Mesh, caller, callee, scope, serving);
            Assert.Equal(explanation.Decision.IsAllowed, explanation.Reasons.All(reason => reason.Holds));
            Assert.Equal(Mesh.Decide(caller, callee, scope, serving), explanation.Decision);
        }
    }

    private static int LineOf(string text)
    {
        var manifest = File.ReadAllText(Mesh.Path!);
        return manifest[..manifest.LastIndexOf(text, StringComparison.Ordinal)].Count(character => character == '\n') + 1;
    }
}
