using System.Buffers.Text;
using System.Text.Json;
using AgentMesh.Cli.Attacks;
using AgentMesh.Spiffe;

namespace AgentMesh.Cli.Checks;

/// <summary>The claims of a token that this operator really got, for its entry edge. The token itself is not kept.</summary>
internal sealed record IssuedToken(DateTimeOffset IssuedAt, DateTimeOffset ExpiresAt, string? Thumbprint, string Audience, string Scope)
{
    public static async Task<IssuedToken> RequestAsync(CheckContext context, CancellationToken cancellationToken)
    {
        var mesh = context.Mesh;
        var edge = mesh.EntryEdge(agent: null);
        using var endpoint = new TokenEndpoint(context.Connection.Source, mesh.Issuer, SpiffeId.Parse(mesh.Manifest.Services["auth-server"].SpiffeId));
        var answer = await endpoint.ExchangeAsync(edge.Callee.Name, string.Join(' ', edge.ScopesWithoutApproval), cancellationToken);
        var token = answer.AccessToken ?? throw MeshException.Refused($"the authorization server issued no token for {edge}: {answer}");
        using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(token.Split('.')[1]));
        var root = claims.RootElement;
        return new IssuedToken(
            DateTimeOffset.FromUnixTimeSeconds(root.GetProperty("iat").GetInt64()),
            DateTimeOffset.FromUnixTimeSeconds(root.GetProperty("exp").GetInt64()),
            root.TryGetProperty("cnf", out var cnf) && cnf.TryGetProperty("x5t#S256", out var thumbprint) ? thumbprint.GetString() : null,
            root.GetProperty("aud").ToString(),
            root.GetProperty("scope").ToString());
    }
}
