using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using AgentMesh.Cli.Attacks;
using AgentMesh.Cli.Demo;

namespace AgentMesh.Cli.Checks;

/// <summary>A token request from somebody who proves nothing.</summary>
internal static class AnonymousTokenRequest
{
    [SuppressMessage("Security", "CA5359:Do not disable certificate validation", Justification = "Whom it talks to does not matter: it sends no secret and wants to be refused.")]
    public static async Task<TokenAnswer> SendAsync(RunningMesh mesh, CancellationToken cancellationToken)
    {
        using var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, _, _, _) => true },
        };
        using var http = new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(5) };
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "urn:ietf:params:oauth:grant-type:token-exchange",
            ["client_id"] = mesh.Operator.SpiffeId,
            ["subject_token"] = "none",
            ["subject_token_type"] = "urn:ietf:params:oauth:token-type:jwt",
        });
        try
        {
            using var response = await http.PostAsync(new Uri(mesh.Issuer, "token"), form, cancellationToken);
            return await TokenAnswer.ReadAsync(response, cancellationToken);
        }
        catch (HttpRequestException e)
        {
            throw MeshException.Unavailable($"the authorization server at {mesh.Issuer} cannot be asked: {e.Message}", e);
        }
    }
}
