using AgentMesh.Auth;
using AgentMesh.Manifest;

namespace AgentMesh.A2A.Mesh;

/// <summary>Reads from a card how its agent is to be called, and picks what this party can give.</summary>
internal static class CardRequirements
{
    /// <summary>The scopes of the first alternative that this party can satisfy: mutual TLS, and tokens of the mesh's own authorization server.</summary>
    /// <exception cref="SkillException"><c>auth_unsupported</c>.</exception>
    public static ScopeSet Choose(FoundAgent agent, string skill, MeshIdentity identity)
    {
        var card = agent.Card;
        var alternatives = card.Skills.FirstOrDefault(each => each.Id == skill)?.SecurityRequirements is { Count: > 0 } own ? own : card.SecurityRequirements ?? [];
        if (!identity.Party.Calls.TryGetValue(agent.Party.Name, out var edge))
            throw Unsupported(agent, skill, "the manifest has no edge to it");
        var reason = "it names no way to be called";
        foreach (var alternative in alternatives)
        {
            if (TryRead(alternative, card, identity, out var scopes, out reason) && FitsManifest(agent.Party, edge, scopes, out reason))
                return scopes;
        }
        throw Unsupported(agent, skill, reason);
    }

    private static bool TryRead(SecurityRequirement alternative, AgentCard card, MeshIdentity identity, out ScopeSet scopes, out string reason)
    {
        scopes = ScopeSet.Empty;
        foreach (var (name, wanted) in alternative.Schemes ?? new Dictionary<string, StringList>())
        {
            switch (card.SecuritySchemes?.GetValueOrDefault(name))
            {
                case { MtlsSecurityScheme: not null }:
                    break;
                case { Oauth2SecurityScheme.Flows.ClientCredentials: { } flow } when IsOurs(flow.TokenUrl, identity):
                    if (!ScopeSet.TryParse(string.Join(' ', wanted.List ?? []), out var read))
                    {
                        reason = "its scopes are malformed";
                        return false;
                    }
                    scopes = read;
                    break;
                case { Oauth2SecurityScheme: not null }:
                    reason = "it wants tokens of another authorization server";
                    return false;
                default:
                    reason = $"the scheme {AuthorizationNotice.Line(name)} is not spoken here";
                    return false;
            }
        }
        reason = "";
        return true;
    }

    // A credential goes to nobody but the server that this party is configured with, whatever a card says.
    private static bool IsOurs(string tokenUrl, MeshIdentity identity) =>
        identity.Issuer is { } issuer && Uri.TryCreate(tokenUrl, UriKind.Absolute, out var url) && new Uri(issuer).IsBaseOf(url);

    /// <summary>The manifest has the last word: a card can neither drop the token nor ask for more than the edge has.</summary>
    private static bool FitsManifest(Party callee, Edge edge, ScopeSet scopes, out string reason)
    {
        reason = callee.Authentication == EdgeAuthentication.OAuth && scopes.Count == 0 ? "it asks for no scope, and the manifest says that it is called with tokens"
            : scopes.Values.FirstOrDefault(scope => !edge.Scopes.Contains(scope)) is { } missing ? $"it takes the scope {missing}, which the edge to it lacks"
            : "";
        return reason.Length == 0;
    }

    private static SkillException Unsupported(FoundAgent agent, string skill, string reason) =>
        new("auth_unsupported", $"{agent.Party.Name} cannot be called for {skill}: {reason}.");
}
