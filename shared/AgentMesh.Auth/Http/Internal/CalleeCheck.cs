using AgentMesh.Manifest;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace AgentMesh.Auth;

/// <summary>Compares, before the host starts, what the code wants to call with what the manifest lets it call.</summary>
internal sealed class CalleeCheck(IServiceProvider services, IEnumerable<CalleeRegistration> registrations) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        if (services.GetService(typeof(MeshIdentity)) is MeshIdentity identity)
        {
            var sources = services.GetRequiredService<CalleeTokenSources>();
            foreach (var registration in registrations)
                Resolve(identity, sources, registration.Callee, registration.Scopes);
        }
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public static Party Resolve(MeshIdentity identity, CalleeTokenSources sources, string callee, ScopeSet scopes)
    {
        var file = identity.Manifest.Path ?? "the manifest";
        var self = identity.Party;
        if (!identity.Manifest.TryGetParty(callee, out var party) || party is null)
            throw Misconfigured($"AddAgentAuth(\"{callee}\"): {file} does not list \"{callee}\". Add it there or correct the name.");
        if (!self.Calls.TryGetValue(party.Name, out var edge))
            throw Misconfigured($"AddAgentAuth(\"{callee}\"): {file} has no edge from {self.Name} to {party.Name}. Add it to \"calls\" of \"{self.Name}\".");
        foreach (var scope in scopes.Values)
        {
            if (!edge.Scopes.Contains(scope))
                throw Misconfigured($"AddAgentAuth(\"{callee}\"): {file} does not give {self.Name} the scope {scope} on {party.Name}. Add it to the edge or do not ask for it.");
        }
        if (party.Authentication == EdgeAuthentication.OAuth)
        {
            if (scopes.Count == 0)
                throw Misconfigured($"AddAgentAuth(\"{callee}\") names no scope. Name those that the client will ask for: {string.Join(", ", edge.Scopes)}.");
            if (identity.Issuer is null && sources.IsDefaultFor(party))
                throw Misconfigured($"{MeshOptions.Names(nameof(MeshOptions.Issuer))} is not set, but {party.Name} is called with tokens. Set it to the authorization server's issuer, such as https://127.0.0.1:7443/.");
        }
        return party;
    }

    private static OptionsValidationException Misconfigured(string message) => new(nameof(MeshOptions), typeof(MeshOptions), [message]);
}
