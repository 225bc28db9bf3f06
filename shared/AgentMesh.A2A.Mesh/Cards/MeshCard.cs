using AgentMesh.Auth;
using AgentMesh.Manifest;
using Microsoft.Extensions.Options;

namespace AgentMesh.A2A.Mesh;

/// <summary>Builds an agent's card from the manifest and its skills.</summary>
internal static class MeshCard
{
    public const string MutualTls = "mtls";
    public const string OAuth = "oauth";

    private static readonly string[] Modes = ["application/json", "text/plain"];

    /// <exception cref="OptionsValidationException">A skill's scope is none of the manifest's.</exception>
    public static AgentCard Build(MeshIdentity identity, IReadOnlyList<SkillDefinition> skills, Uri address, string version)
    {
        foreach (var skill in skills)
        {
            if (skill.Scopes.FirstOrDefault(scope => !identity.Manifest.Scopes.ContainsKey(scope)) is { } unknown)
                throw new OptionsValidationException(nameof(SkillAttribute), typeof(SkillAttribute),
                    [$"The skill \"{skill.Id}\" needs the scope \"{unknown}\", which {identity.Manifest.Path ?? "the manifest"} does not define. Define it under \"scopes\", or correct [Skill] on {skill.Handler}."]);
        }
        var url = new Uri(address, SkillEndpoints.Path).AbsoluteUri;
        // What nobody may ask for is not announced.
        var open = skills.Where(skill => skill.Scopes.Count > 0).ToArray();
        return new AgentCard
        {
            Name = identity.Party.Name,
            Description = identity.Party.Description is { Length: > 0 } described ? described : $"The agent {identity.Party.Name} of {identity.Manifest.TrustDomain}.",
            Version = version,
            SupportedInterfaces =
            [
                new() { Url = url, ProtocolBinding = A2AProtocol.JsonRpc, ProtocolVersion = A2AProtocol.Version },
                new() { Url = url, ProtocolBinding = A2AProtocol.HttpJson, ProtocolVersion = A2AProtocol.Version },
            ],
            Capabilities = new()
            {
                Streaming = true,
                PushNotifications = true,
                ExtendedAgentCard = true,
                Extensions = [new() { Uri = SkillName.Extension, Description = $"A message names the skill that it is for in its metadata's \"{SkillName.Key}\". An agent with one skill needs no name." }],
            },
            SecuritySchemes = Schemes(identity, open),
            SecurityRequirements = [.. open.Select(skill => string.Join(' ', skill.Scopes)).Distinct().Select(scopes => Requirement(identity, scopes.Split(' ')))],
            DefaultInputModes = Modes,
            DefaultOutputModes = Modes,
            Skills = [.. open.Select(skill => Skill(identity, skill))],
        };
    }

    private static AgentSkill Skill(MeshIdentity identity, SkillDefinition skill) => new()
    {
        Id = skill.Id,
        Name = skill.Name,
        Description = TakesAPerson(identity.Manifest, skill) ? $"{skill.Description} A person must approve each use." : skill.Description,
        Tags = skill.Tags,
        Examples = skill.Examples.Count == 0 ? null : skill.Examples,
        SecurityRequirements = [Requirement(identity, skill.Scopes)],
    };

    private static bool TakesAPerson(MeshManifest manifest, SkillDefinition skill) => skill.Scopes.Any(scope => manifest.Scopes[scope].NeedsApproval);

    private static SecurityRequirement Requirement(MeshIdentity identity, IReadOnlyList<string> scopes)
    {
        // For other schemes than OAuth the list holds roles: here, where the SVID must be from.
        var schemes = new Dictionary<string, StringList> { [MutualTls] = new() { List = [$"spiffe://{identity.Manifest.TrustDomain}"] } };
        if (identity.Party.Authentication == EdgeAuthentication.OAuth)
            schemes[OAuth] = new() { List = scopes };
        return new() { Schemes = schemes };
    }

    private static Dictionary<string, SecurityScheme> Schemes(MeshIdentity identity, IReadOnlyList<SkillDefinition> skills)
    {
        var schemes = new Dictionary<string, SecurityScheme>
        {
            [MutualTls] = new()
            {
                MtlsSecurityScheme = new() { Description = $"TLS 1.3 in which you prove an X509-SVID of spiffe://{identity.Manifest.TrustDomain}, and this agent proves {identity.Id}." },
            },
        };
        if (identity.Party.Authentication != EdgeAuthentication.OAuth)
            return schemes;
        var issuer = new Uri(identity.Issuer!);
        schemes[OAuth] = new()
        {
            Oauth2SecurityScheme = new()
            {
                Description = $"An access token (RFC 9068) with the audience {identity.Id}, bound to your X509-SVID (RFC 8705). It is had at the token endpoint by token exchange "
                    + "(RFC 8693, grant_type urn:ietf:params:oauth:grant-type:token-exchange), authenticated by your SVID; a scope that a person must approve only by OpenID CIBA.",
                Oauth2MetadataUrl = new Uri(issuer, ".well-known/oauth-authorization-server").AbsoluteUri,
                Flows = new()
                {
                    ClientCredentials = new()
                    {
                        TokenUrl = new Uri(issuer, "token").AbsoluteUri,
                        Scopes = skills.SelectMany(skill => skill.Scopes).Distinct().Order(StringComparer.Ordinal)
                            .ToDictionary(scope => scope, scope => Describe(identity.Manifest.Scopes[scope])),
                    },
                },
            },
        };
        return schemes;
    }

    private static string Describe(ScopeDefinition scope) =>
        scope.NeedsApproval ? $"{scope.Description}. A person must approve each use; the token is then good for exactly what was approved, once." : scope.Description;
}
