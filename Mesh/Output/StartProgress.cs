using System.Globalization;
using Spectre.Console;

namespace AgentMesh.Cli.Output;

/// <summary>One line for each part that is ready; on a terminal also a spinner that names those that are not yet.</summary>
internal sealed class StartProgress(Screen screen) : IStartProgress
{
    private readonly Lock _lock = new();
    private readonly List<string> _waiting = [];
    private StatusContext? _status;

    public Task RunAsync(Func<Task> start) => screen.IsTerminal
        ? screen.Results.Status().StartAsync("starting", context =>
        {
            _status = context;
            return start();
        })
        : start();

    public void Starting(string name)
    {
        lock (_lock)
        {
            _waiting.Add(name);
            Update();
        }
    }

    public void Ready(string name, TimeSpan after) =>
        Done(name, string.Create(CultureInfo.InvariantCulture, $"ready after {after.TotalMilliseconds,5:0} ms"));

    public void Disabled(string name) => Done(name, $"disabled by an operator; `mesh enable {name}` lets it act again");

    private void Done(string name, string how)
    {
        lock (_lock)
        {
            _waiting.Remove(name);
            screen.Line($"  {name,-16} {how}");
            Update();
        }
    }

    private void Update() => _status?.Status(Markup.Escape("waiting for " + string.Join(", ", _waiting)));
}
