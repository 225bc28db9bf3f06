using System.Globalization;

namespace AgentMesh.Mutations;

/// <summary>What the command line says.</summary>
internal sealed record Options
{
    public const string Usage = """
        tests/mutate [ID or Tnn ...] [--changed BASE] [--minutes N] [--jobs N] [--scratch FOLDER] [--list]

        Takes one defence after the other out of a scratch copy of this checkout and runs the one test that must turn red.
          ID or Tnn      only these mutations, or those of these threats
          --changed BASE only those whose text was changed, or whose entry was, since the commit BASE
          --minutes N    begin no further mutation after N minutes, and say how many were left out
          --jobs N       this many at a time, each in a copy of its own (1)
          --scratch DIR  where the copies are; kept for the next run. Without it: a temporary folder
          --list         only print the list
        Exit code 0: each of them turned its test red. 1: one stayed green, or could not be tried. 2: the list is not in order.
        """;

    public HashSet<string> Only { get; } = new(StringComparer.Ordinal);

    public string? Changed { get; private set; }

    public TimeSpan Limit { get; private set; } = Timeout.InfiniteTimeSpan;

    public int Jobs { get; private set; } = 1;

    public string? Scratch { get; private set; }

    public bool List { get; private set; }

    public static Options Read(string[] args)
    {
        var options = new Options();
        for (var i = 0; i < args.Length; i++)
        {
            string Value() => ++i < args.Length ? args[i] : throw new MutationException($"{args[i - 1]} needs a value.\n\n{Usage}");
            switch (args[i])
            {
                case "--changed": options.Changed = Value(); break;
                case "--minutes": options.Limit = TimeSpan.FromMinutes(double.Parse(Value(), CultureInfo.InvariantCulture)); break;
                case "--jobs": options.Jobs = Math.Clamp(int.Parse(Value(), CultureInfo.InvariantCulture), 1, 16); break;
                case "--scratch": options.Scratch = Path.GetFullPath(Value()); break;
                case "--list": options.List = true; break;
                case var other when other.StartsWith('-'): throw new MutationException(Usage);
                case var id: options.Only.Add(id); break;
            }
        }
        return options;
    }
}
