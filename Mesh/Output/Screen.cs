using Spectre.Console;

namespace AgentMesh.Cli.Output;

/// <summary>Standard output for results, standard error for errors. Without a terminal both are plain text.</summary>
internal sealed class Screen
{
    /// <summary>So wide that nothing wraps in a file or a pipe.</summary>
    private const int PlainWidth = 10_000;

    private Screen(IAnsiConsole results, IAnsiConsole errors, bool isTerminal)
    {
        Results = results;
        Errors = errors;
        IsTerminal = isTerminal;
    }

    public IAnsiConsole Results { get; }

    public IAnsiConsole Errors { get; }

    /// <summary>A person watches: colours, spinners and a prompt make sense.</summary>
    public bool IsTerminal { get; }

    public static Screen OfProcess()
    {
        // Spectre takes a CI service's log for a terminal; a redirected stream is none.
        var results = Open(Console.Out, Console.IsOutputRedirected);
        var errors = Open(Console.Error, Console.IsErrorRedirected);
        return new Screen(results, errors, !Console.IsOutputRedirected && !Console.IsInputRedirected);
    }

    /// <summary>The same, with results and progress dropped: for <c>--json</c>, which writes its one document itself.</summary>
    public Screen Silent() => new(Open(TextWriter.Null, isRedirected: true), Errors, isTerminal: false);

    public void Line(string text = "") => Results.WriteLine(text);

    public void Line(string text, Style style) => Results.WriteLine(text, style);

    /// <summary>A table with these columns: framed on a terminal, plain and unwrapped elsewhere.</summary>
    public Table Table(params string[] columns)
    {
        var table = new Table { Border = IsTerminal ? TableBorder.Rounded : TableBorder.None };
        foreach (var column in columns)
            table.AddColumn(new TableColumn(new Text(column, new Style(decoration: Decoration.Bold))) { NoWrap = !IsTerminal });
        return table;
    }

    public void Error(string message)
    {
        Errors.Write(new Text("mesh: ", new Style(Color.Red)));
        Errors.WriteLine(Printable.Of(message));
    }

    private static IAnsiConsole Open(TextWriter writer, bool isRedirected)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = isRedirected ? AnsiSupport.No : AnsiSupport.Detect,
            Interactive = isRedirected ? InteractionSupport.No : InteractionSupport.Detect,
        });
        if (isRedirected)
            console.Profile.Width = PlainWidth;
        return console;
    }
}
