using AgentMesh.Auth.AspNetCore;
using AgentMesh.Manifest;

namespace AgentMesh.Registry;

/// <summary>Every agent and operator of the manifest may look others up; who may register is <see cref="RegisteringAgents"/>' to say. Nobody else is let in.</summary>
internal sealed class RegistryPolicy : IServicePolicy
{
    public const string Scope = "registry";

    public string ScopesOf(Party caller) => caller.Kind == PartyKind.Service ? "" : Scope;
}
