using AgentMesh.AuthServer.Tokens;
using Microsoft.Extensions.DependencyInjection;

namespace AgentMesh.AuthServer.Tests.Fixtures;

/// <summary>Signs tokens with the server's own key, also ones that the server would not issue.</summary>
internal static class TokenMint
{
    public static AccessToken Describe(this RunningServer server, string subject, string client, string audience, string scope, params string[] actors)
    {
        var now = server.Time.GetUtcNow();
        return new AccessToken
        {
            Id = TokenIdentifier.Create(),
            Subject = TestMesh.IdOf(subject),
            ClientId = TestMesh.IdOf(client),
            Audience = TestMesh.IdOf(audience),
            Scope = scope,
            TransactionId = TokenIdentifier.Create(),
            Actors = [.. actors.Select(TestMesh.IdOf)],
            IssuedAt = now,
            ExpiresAt = now + TimeSpan.FromMinutes(5),
            Thumbprint = "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2",
        };
    }

    public static string Sign(this RunningServer server, AccessToken token) => server.Services.GetRequiredService<AccessTokenWriter>().Write(token);

    /// <summary>The token that an operator's request for advice reaches the advisor with.</summary>
    public static string AdviceToken(this RunningServer server) => server.Sign(server.Describe("local", "local", "advisor", "portfolio.advise"));
}
