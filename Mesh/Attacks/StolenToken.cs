using System.Net.Http.Headers;
using AgentMesh.Manifest;
using AgentMesh.Spiffe;

namespace AgentMesh.Cli.Attacks;

/// <summary>
/// A real access token in the wrong hands: presented over a connection that another SVID authenticates than the one it is
/// bound to (RFC 8705 §3), or to another agent than the one it was issued for (RFC 9700 §4.10.2).
/// </summary>
/// <param name="name">What the attack is called.</param>
/// <param name="callee">The agent that the token is presented to.</param>
/// <param name="address">Where that agent listens.</param>
/// <param name="thief">Whose SVID authenticates the connection.</param>
/// <param name="token">The stolen token.</param>
/// <param name="reason">Why it must be refused.</param>
internal sealed class StolenToken(string name, Party callee, Uri address, SpiffeSource thief, string token, string reason) : IAttack
{
    public async Task<AttackResult> RunAsync(CancellationToken cancellationToken)
    {
        using var http = new HttpClient(SpiffeTls.CreateHandler(thief, thief, Authorize.Id(SpiffeId.Parse(callee.SpiffeId))));
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(address, "a2a"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        try
        {
            using var response = await http.SendAsync(request, cancellationToken);
            var refusal = await Refusal.OfAsync(response, cancellationToken);
            return new AttackResult(name, callee.Name, refusal.Status == 401 && refusal.Reason == reason, refusal.ToString());
        }
        catch (HttpRequestException e)
        {
            return new AttackResult(name, callee.Name, Refused: false, $"could not connect, so nothing is shown: {e.Message}");
        }
    }
}
