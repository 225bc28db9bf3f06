using AgentMesh.Manifest;

namespace AgentMesh.Cli.Attacks;

/// <summary>A valid identity asks for a token to an agent that the manifest gives it no edge to.</summary>
internal sealed class UnlistedExchange(TokenEndpoint tokens, Party callee, string scopes) : IAttack
{
    public async Task<AttackResult> RunAsync(CancellationToken cancellationToken)
    {
        const string Name = "edge not in the manifest";
        try
        {
            var answer = await tokens.ExchangeAsync(callee.Name, scopes, cancellationToken);
            return new AttackResult(Name, callee.Name, answer is { AccessToken: null, Error: "invalid_target" }, answer.ToString());
        }
        catch (HttpRequestException e)
        {
            return new AttackResult(Name, callee.Name, Refused: false, $"could not ask the authorization server, so nothing is shown: {e.Message}");
        }
    }
}
