using AgentMesh.Cli.Demo;
using AgentMesh.Cli.Output;
using Spectre.Console;

namespace AgentMesh.Cli.CommandLine;

/// <summary>Keeps the mesh up: for questions on a terminal, else until a signal.</summary>
internal sealed class Prompt(DemoRun demo, Screen screen)
{
    /// <returns>True when the user ended it; the value means nothing else.</returns>
    public async Task<bool> RunAsync(Portfolio portfolio, CancellationToken cancellationToken)
    {
        try
        {
            if (screen.IsTerminal)
                await AskAsync(portfolio, cancellationToken);
            else
                await WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Ctrl-C is how this is meant to end.
        }

        return true;
    }

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        screen.Line();
        screen.Line("the mesh is up; ask it with `mesh ask`, end it with Ctrl-C");
        await Task.Delay(Timeout.Infinite, cancellationToken);
    }

    private async Task AskAsync(Portfolio portfolio, CancellationToken cancellationToken)
    {
        screen.Line();
        screen.Line("the mesh is up; type a question, end it with Ctrl-C");
        while (true)
        {
            screen.Results.Write(new Text("> "));
            // A read from a terminal cannot be cancelled: it is left behind when the command ends.
            var line = await Task.Run(Console.ReadLine, CancellationToken.None).WaitAsync(cancellationToken);
            if (line is null)
                return;
            if (string.IsNullOrWhiteSpace(line))
                continue;

            try
            {
                await demo.AskAsync(line, portfolio, cancellationToken);
            }
            catch (MeshException e)
            {
                screen.Error(e.Message);
            }
        }
    }
}
