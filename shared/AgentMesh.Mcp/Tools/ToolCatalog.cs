using AgentMesh.A2A.Mesh;
using AgentMesh.Auth;

namespace AgentMesh.Mcp;

/// <summary>Everything that an agent offers, and what of it a request may know of.</summary>
internal sealed class ToolCatalog
{
    private readonly Dictionary<string, MeshTool> _tools = new(StringComparer.Ordinal);

    /// <exception cref="InvalidOperationException">Two tools have one name.</exception>
    public ToolCatalog(IEnumerable<SkillDefinition> skills, IEnumerable<KernelTool> functions)
    {
        foreach (var tool in skills.Select(SkillTool.Of).OfType<MeshTool>().Concat(functions))
        {
            if (!_tools.TryAdd(tool.Name, tool))
                throw new InvalidOperationException($"Two tools have the name \"{tool.Name}\": give a skill or a kernel function another, or do not offer both.");
        }
    }

    /// <summary>Every scope that some tool takes.</summary>
    public string[] Scopes => [.. _tools.Values.SelectMany(tool => tool.Scopes).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>The tools that the request being served was granted.</summary>
    public IEnumerable<MeshTool> GrantedTo(DelegationContext? served) => _tools.Values.Where(tool => tool.IsGranted(served));

    /// <summary>The tool of a name, whether or not anybody may call it.</summary>
    public MeshTool? Find(string? name) => name is null ? null : _tools.GetValueOrDefault(name);
}
