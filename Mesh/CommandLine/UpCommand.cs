using System.CommandLine;
using AgentMesh.Cli.Output;
using AgentMesh.Cli.Processes;

namespace AgentMesh.Cli.CommandLine;

/// <summary><c>mesh up</c>, which is also what <c>mesh</c> alone does.</summary>
internal static class UpCommand
{
    public static Command Create(Screen screen, Interrupts interrupts)
    {
        var command = new Command("up", "Start the mesh, show a question and attacks, and stay up for questions and approvals until Ctrl-C (the default).");
        AddTo(command, screen, interrupts);
        return command;
    }

    public static void AddTo(Command command, Screen screen, Interrupts interrupts)
    {
        command.Options.Add(Options.Once);
        command.Options.Add(Options.Portfolio);
        command.Options.Add(Options.Question);
        command.Options.Add(Options.Model);
        command.Options.Add(Options.Manifest);
        command.Options.Add(Options.Agent);
        command.Options.Add(Options.Operator);
        command.Options.Add(Options.LogLevel);
        command.Options.Add(Options.FirstPort);
        command.Options.Add(Options.WorkloadApi);
        command.Options.Add(Options.Data);
        command.Options.Add(Options.Keep);
        command.Options.Add(Options.Json);
        command.SetAction((parsed, _) => new UpRun(Read(parsed), screen, interrupts, TimeProvider.System).RunAsync());
    }

    private static UpOptions Read(ParseResult parsed) => new()
    {
        Once = parsed.GetValue(Options.Once),
        Portfolio = parsed.GetValue(Options.Portfolio)!,
        Question = parsed.GetValue(Options.Question),
        Model = parsed.GetValue(Options.Model),
        Manifest = parsed.GetValue(Options.Manifest),
        Agent = parsed.GetValue(Options.Agent),
        Operator = parsed.GetValue(Options.Operator)!,
        LogLevel = parsed.GetValue(Options.LogLevel),
        FirstPort = parsed.GetValue(Options.FirstPort),
        WorkloadApi = parsed.GetValue(Options.WorkloadApi),
        Data = parsed.GetValue(Options.Data),
        Keep = parsed.GetValue(Options.Keep),
        Json = parsed.GetValue(Options.Json),
    };
}
