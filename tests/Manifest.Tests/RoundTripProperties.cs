using System.Text.Json;
using FsCheck;
using FsCheck.Xunit;

namespace AgentMesh.Manifest.Tests;

/// <summary>What was written is what is read, and decisions are what a plain reading of the text says.</summary>
public sealed class RoundTripProperties
{
    [Property(MaxTest = 200)]
    public void A_manifest_that_was_written_is_read_the_same(PositiveInt seed)
    {
        var written = WrittenMesh.Make(new Random(seed.Get));
        var mesh = MeshManifest.Parse(written.ToJson(indented: seed.Get % 2 == 0));

        Assert.Equal(written.Scopes.Select(scope => (scope.Key, scope.Value)), mesh.Scopes.Values.Select(scope => (scope.Name, scope.NeedsApproval)));
        Assert.Equal(written.Agents, mesh.Agents.Keys);
        var edges = mesh.Agents.Values.SelectMany(agent => agent.Calls.Values);
        Assert.Equal(written.Edges.Select(Describe), edges.Select(edge => Describe(
            ((edge.Caller.Name, edge.Callee.Name), (edge.Scopes.ToDictionary(scope => scope, scope => edge.WhenOf(scope).ToArray()), [.. edge.When])))));

        static string Describe(((string, string) Pair, (Dictionary<string, string[]> Scopes, string[] When) Grant) edge) =>
            $"{edge.Pair}: {string.Join(' ', edge.Grant.Scopes.Select(scope => $"{scope.Key}({string.Join(' ', scope.Value)})"))} | {string.Join(' ', edge.Grant.When)}";
    }

    [Property(MaxTest = 200)]
    public void Decisions_are_what_a_plain_reading_says(PositiveInt seed)
    {
        var random = new Random(seed.Get);
        var written = WrittenMesh.Make(random);
        var mesh = MeshManifest.Parse(written.ToJson(indented: false));

        for (var question = 0; question < 50; question++)
        {
            var caller = written.Agents[random.Next(written.Agents.Count)];
            var callee = written.Agents[random.Next(written.Agents.Count)];
            var scopes = written.SomeScopes(random, 0, 3);
            var serving = written.SomeScopes(random, 0, 4);

            var expected = written.Decide(caller, callee, scopes, serving);
            var decision = mesh.Decide(mesh.Agents[caller].SpiffeId, callee, string.Join(' ', scopes), string.Join(' ', serving));
            Assert.Equal(expected, decision.Outcome);
            if (scopes.Length == 0 && decision.Edge is { } edge)
                Assert.Equal(expected == PolicyOutcome.Allowed, edge.ScopesFor(string.Join(' ', serving)).Count > 0);
        }
    }

    private sealed record WrittenMesh(
        Dictionary<string, bool> Scopes, IReadOnlyList<string> Agents, List<((string, string) Pair, (Dictionary<string, string[]> Scopes, string[] When) Grant)> Edges)
    {
        private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

        public static WrittenMesh Make(Random random)
        {
            var scopes = Enumerable.Range(0, random.Next(1, 8)).ToDictionary(number => $"s{number}.x", _ => random.Next(4) == 0);
            var mesh = new WrittenMesh(scopes, [.. Enumerable.Range(0, random.Next(2, 8)).Select(number => $"agent-{number}")], []);
            foreach (var caller in mesh.Agents)
            {
                foreach (var callee in mesh.Agents.Where(callee => callee != caller && random.Next(2) == 0))
                    mesh.Edges.Add(((caller, callee), (mesh.SomeScopes(random, 1, 4).ToDictionary(scope => scope, _ => mesh.SomeScopes(random, 0, 2)), mesh.SomeScopes(random, 0, 2))));
            }

            return mesh;
        }

        public string[] SomeScopes(Random random, int least, int most) =>
            [.. Scopes.Keys.OrderBy(_ => random.Next()).Take(random.Next(least, most + 1))];

        public PolicyOutcome Decide(string caller, string callee, string[] scopes, string[] serving)
        {
            var index = Edges.FindIndex(edge => edge.Pair == (caller, callee));
            if (index < 0)
                return PolicyOutcome.NoEdge;
            var (granted, when) = Edges[index].Grant;
            if (scopes.Except(granted.Keys).Any())
                return PolicyOutcome.ScopeNotGranted;
            if (when.Except(serving).Any())
                return PolicyOutcome.NotServing;
            var justified = granted.Keys.Where(scope => !granted[scope].Except(serving).Any()).ToList();
            if (scopes.Length > 0 ? scopes.Except(justified).Any() : justified.Count == 0)
                return PolicyOutcome.NotServing;
            var asked = scopes.Length > 0 ? scopes.Any(scope => Scopes[scope]) : justified.All(scope => Scopes[scope]);
            return asked ? PolicyOutcome.ApprovalRequired : PolicyOutcome.Allowed;
        }

        public string ToJson(bool indented) => JsonSerializer.Serialize(
            new
            {
                trustDomain = "example.org",
                scopes = Scopes.ToDictionary(scope => scope.Key, scope => scope.Value ? (object)new { description = "d", approval = "human" } : new { description = "d" }),
                agents = Agents.ToDictionary(agent => agent, agent => new
                {
                    project = "agents/" + agent,
                    calls = Edges.Where(edge => edge.Pair.Item1 == agent).ToDictionary(
                        edge => edge.Pair.Item2,
                        edge => edge.Grant.When.Length == 0 ? (object)new { scopes = Written(edge.Grant.Scopes) } : new { scopes = Written(edge.Grant.Scopes), when = edge.Grant.When }),
                }),
            },
            indented ? Indented : JsonSerializerOptions.Default);

        private static IEnumerable<object> Written(Dictionary<string, string[]> scopes) =>
            scopes.Select(scope => scope.Value.Length == 0 ? (object)scope.Key : new { scope = scope.Key, when = scope.Value });
    }
}
