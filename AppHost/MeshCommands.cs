using AgentMesh.Deployment.Processes;
using AgentMesh.Deployment.Runs;
using AgentMesh.Manifest;

namespace AgentMesh.AppHost;

/// <summary>
/// What an operator can do from the dashboard. Each runs the <c>mesh</c> executable, which is attested as the operator: the AppHost itself
/// has no identity and no permission in the mesh.
/// </summary>
internal static class MeshCommands
{
    private const string Question = "question";

    public static IResourceBuilder<ProjectResource> WithAskCommand(this IResourceBuilder<ProjectResource> agent, MeshRun mesh, Edge entry) =>
        agent.WithMeshCommand(mesh, "ask", $"Ask {entry.Callee.Name}", context =>
            context.Arguments.GetString(Question) is { Length: > 0 } question
                ? ["ask", question, "--agent", entry.Callee.Name]
                : ["ask", "How risky is the portfolio?", "--agent", entry.Callee.Name],
            new CommandOptions
            {
                Description = $"As operator {mesh.Operator.Name}, over mTLS and with an exchanged token.",
                IconName = "ChatHelp",
                IsHighlighted = true,
                Arguments =
                [
                    new InteractionInput
                    {
                        Name = Question,
                        Label = "Question",
                        InputType = InputType.Text,
                        Placeholder = "How risky is the portfolio?",
                    },
                ],
            });

    public static IResourceBuilder<ProjectResource> WithSwitchCommands(this IResourceBuilder<ProjectResource> agent, MeshRun mesh, Party party) => agent
        .WithMeshCommand(mesh, "disable", "Disable", _ => ["revoke", "agent", party.Name], new CommandOptions
        {
            Description = "Revokes it: its tokens and those derived from them are refused, and it gets no new ones.",
            ConfirmationMessage = $"Disable {party.Name}? What it is doing now ends in refusals.",
            IconName = "PlugDisconnected",
        })
        .WithMeshCommand(mesh, "enable", "Enable", _ => ["enable", party.Name], new CommandOptions
        {
            Description = "Lets it get tokens again. Those from before stay revoked.",
            IconName = "PlugConnected",
        });

    public static IResourceBuilder<ProjectResource> WithVerifyAuditCommand(this IResourceBuilder<ProjectResource> authServer, MeshRun mesh) =>
        authServer.WithMeshCommand(mesh, "verify-audit", "Verify the audit", _ => ["audit", "verify"], new CommandOptions
        {
            Description = "Checks that no record of the journals was changed, removed or put in.",
            IconName = "DocumentSearch",
        });

    public static IResourceBuilder<ProjectResource> WithCheckCommand(this IResourceBuilder<ProjectResource> authServer, MeshRun mesh) =>
        authServer.WithMeshCommand(mesh, "check", "Run the checklist", _ => ["check", "--evidence"], new CommandOptions
        {
            Description = "What should be so before production, with what was seen.",
            IconName = "ClipboardTaskListLtr",
        });

    public static IResourceBuilder<ProjectResource> WithAttackCommand(this IResourceBuilder<ProjectResource> authServer, MeshRun mesh) =>
        authServer.WithMeshCommand(mesh, "attack", "Run the attacks", _ => ["attack"], new CommandOptions
        {
            Description = "Attacks this mesh from outside and shows what each attack was refused for.",
            IconName = "ShieldError",
        });

    /// <summary>SPIRE renews the SVIDs of an entry that is written again; the embedded Workload API is asked to.</summary>
    public static IResourceBuilder<ProjectResource> WithRotateCommand(
        this IResourceBuilder<ProjectResource> agent, MeshRun mesh, MeshIdentitySource identity, Party party)
    {
        var options = new CommandOptions { Description = "Has its X509-SVID renewed now, ahead of time.", IconName = "KeyReset" };
        return identity.Spire is { } spire
            ? agent.WithCommand("rotate", "Rotate the SVID", context => RenewAsync(spire, party, context.CancellationToken), options)
            : agent.WithMeshCommand(mesh, "rotate", "Rotate the SVID", _ => ["rotate", party.Name], options);
    }

    private static async Task<ExecuteCommandResult> RenewAsync(SpireAgentResource spire, Party party, CancellationToken cancellationToken)
    {
        try
        {
            var server = spire.Server.Cli;
            var own = (await server.ShowEntriesAsync(spire.SpiffeId, cancellationToken)).Where(entry => entry.Entry.SpiffeId == party.SpiffeId).ToList();
            foreach (var entry in own)
                await server.RenewEntryAsync(entry, cancellationToken);
            return own.Count > 0 ? CommandResults.Success() : CommandResults.Failure($"SPIRE has no registration entry for {party.SpiffeId}.");
        }
        catch (CommandException e)
        {
            return CommandResults.Failure(e.Message);
        }
    }

    private static IResourceBuilder<ProjectResource> WithMeshCommand(
        this IResourceBuilder<ProjectResource> resource,
        MeshRun mesh,
        string name,
        string displayName,
        Func<ExecuteCommandContext, IReadOnlyList<string>> arguments,
        CommandOptions options)
    {
        // An agent that was disabled is not healthy, and can be enabled all the same.
        options.UpdateState = context =>
            context.ResourceSnapshot.State?.Text == KnownResourceStates.Running ? ResourceCommandState.Enabled : ResourceCommandState.Disabled;
        return resource.WithCommand(name, displayName, async context =>
        {
            try
            {
                var command = new Command(ProjectExecutable.Resolve(mesh.Manifest, mesh.Operator, MeshRun.Configuration))
                {
                    // Another mesh of this user may have been started since.
                    Environment = new Dictionary<string, string> { [RunFile.Variable] = mesh.Directory },
                };
                var result = await command.RunAsync(arguments(context), context.CancellationToken);
                return result.ExitCode == 0
                    ? CommandResults.Success($"{displayName}: done", result.Output, CommandResultFormat.Text, displayImmediately: true)
                    : CommandResults.Failure(result.Error is { Length: > 0 } error ? error.Trim() : $"mesh ended with exit code {result.ExitCode}.", result.Output);
            }
            catch (CommandException e)
            {
                return CommandResults.Failure(e.Message);
            }
            catch (OperationCanceledException)
            {
                return CommandResults.Canceled();
            }
        }, options);
    }
}
