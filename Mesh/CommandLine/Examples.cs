using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace AgentMesh.Cli.CommandLine;

/// <summary>Adds a verb's examples to what <c>--help</c> shows of it.</summary>
internal static class Examples
{
    private static readonly Dictionary<Command, string[]> All = [];

    /// <summary>Remembers examples, one line each, with what they do after a <c>#</c>.</summary>
    public static Command WithExamples(this Command command, params string[] examples)
    {
        All[command] = examples;
        return command;
    }

    /// <summary>Has the root's <c>--help</c> show them.</summary>
    public static void AddTo(RootCommand root)
    {
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new WithExamplesAction((HelpAction)help.Action!);
    }

    /// <summary>Whether <c>--help</c> is what was asked for.</summary>
    public static bool IsHelp(ParseResult parsed) => parsed.Action is WithExamplesAction;

    private sealed class WithExamplesAction(HelpAction help) : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            var result = help.Invoke(parseResult);
            if (All.TryGetValue(parseResult.CommandResult.Command, out var examples))
            {
                var output = parseResult.InvocationConfiguration.Output;
                output.WriteLine("Examples:");
                foreach (var example in examples)
                    output.WriteLine("  " + example);
                output.WriteLine();
            }
            return result;
        }
    }
}
