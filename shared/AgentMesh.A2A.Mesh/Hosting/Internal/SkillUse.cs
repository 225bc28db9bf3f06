using AgentMesh.Auth;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace AgentMesh.A2A.Mesh;

/// <summary>A skill that the code calls.</summary>
internal sealed record SkillUse(string Skill, ScopeSet Scopes);

/// <summary>Compares, before the host starts, what the code wants to call with what the manifest lets it call.</summary>
internal sealed class SkillUseCheck(MeshIdentity identity, IEnumerable<SkillUse> uses) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        foreach (var use in uses)
        {
            if (use.Scopes.Count == 0)
                throw Fault($"AddSkillClient(\"{use.Skill}\") names no scope. Name what the skill is used with: only agents that may be asked for it are called.");
            if (!identity.Party.Calls.Values.Any(edge => use.Scopes.Values.All(edge.Scopes.Contains)))
                throw Fault($"AddSkillClient(\"{use.Skill}\"): {identity.Manifest.Path ?? "the manifest"} gives {identity.Party.Name} no edge with {use.Scopes}. Add it to \"calls\" of \"{identity.Party.Name}\", or do not ask for it.");
        }
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static OptionsValidationException Fault(string fault) => new(nameof(SkillUse), typeof(SkillUse), [fault]);
}
