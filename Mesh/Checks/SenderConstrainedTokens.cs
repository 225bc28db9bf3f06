namespace AgentMesh.Cli.Checks;

/// <summary>A token is worth nothing without the key of the SVID that it was issued to (RFC 8705).</summary>
internal sealed class SenderConstrainedTokens : ICheck
{
    private const string Name = "tokens are bound to their sender";

    string ICheck.Name => Name;

    public async Task<CheckResult> RunAsync(CheckContext context, CancellationToken cancellationToken)
    {
        var metadata = await context.Connection.GetAsync(".well-known/oauth-authorization-server", cancellationToken);
        var announced = metadata.TryGetProperty("tls_client_certificate_bound_access_tokens", out var bound) && bound.ValueKind == System.Text.Json.JsonValueKind.True;
        var token = await IssuedToken.RequestAsync(context, cancellationToken);
        var own = context.Connection.Source.GetX509Svid().Thumbprint;
        string[] evidence =
        [
            $"metadata: tls_client_certificate_bound_access_tokens={(announced ? "true" : "missing")}",
            token.Thumbprint == own ? $"a token that was just issued is bound to this SVID: cnf.x5t#S256={own}" : $"a token that was just issued is bound to {token.Thumbprint ?? "nothing"}, not to {own}",
        ];
        return announced && token.Thumbprint == own
            ? CheckResult.Green(Name, evidence)
            : CheckResult.Red(Name, "Let AgentMesh's authorization server issue the tokens: it binds each (RFC 8705 section 3).", evidence);
    }
}
