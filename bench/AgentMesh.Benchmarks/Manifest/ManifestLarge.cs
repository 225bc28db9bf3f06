using System.Globalization;
using System.Text;

namespace AgentMesh.Benchmarks.Manifest;

/// <summary>A made-up mesh of the size that the manifest is measured at.</summary>
internal static class ManifestLarge
{
    public const int Agents = 10_000;
    public const int EdgesPerAgent = 10;
    private const int Scopes = 200;

    public static string Name(int agent) => string.Create(CultureInfo.InvariantCulture, $"agent-{agent:D5}");

    public static string Scope(int number) => string.Create(CultureInfo.InvariantCulture, $"domain-{number % Scopes}.read");

    /// <summary>The callee of an agent's edge; for each edge another one, never the agent itself.</summary>
    public static int Callee(int agent, int edge) => (agent + 1 + edge * 997) % Agents;

    /// <summary>Every second edge has a condition that some caller of the agent can meet.</summary>
    public static string? When(int agent, int edge) => edge % 2 == 0 ? null : Scope(agent);

    public static string Text()
    {
        var text = new StringBuilder("{\n  \"trustDomain\": \"large.example.org\",\n  \"scopes\": {\n");
        for (var scope = 0; scope < Scopes; scope++)
            text.Append(CultureInfo.InvariantCulture, $"    \"{Scope(scope)}\": {{ \"description\": \"Read domain {scope}\" }},\n");
        text.Append("  },\n  \"agents\": {\n");
        for (var agent = 0; agent < Agents; agent++)
        {
            text.Append(CultureInfo.InvariantCulture, $"    \"{Name(agent)}\": {{\n      \"project\": \"agents/{Name(agent)}\",\n      \"calls\": {{\n");
            for (var edge = 0; edge < EdgesPerAgent; edge++)
            {
                var callee = Callee(agent, edge);
                text.Append(CultureInfo.InvariantCulture, $"        \"{Name(callee)}\": {{ \"scopes\": [\"{Scope(callee)}\", \"{Scope(callee + edge + 1)}\"]");
                if (When(agent, edge) is { } when)
                    text.Append(CultureInfo.InvariantCulture, $", \"when\": [\"{when}\"]");
                text.Append(" },\n");
            }

            text.Append("      }\n    },\n");
        }

        return text.Append("  }\n}\n").ToString();
    }
}
