using System.Security.Claims;

namespace AgentMesh.Auth.AspNetCore;

/// <summary>The caller as <see cref="Microsoft.AspNetCore.Http.HttpContext.User"/> shows it. Claims are made when somebody looks: most endpoints never do.</summary>
internal sealed class CallerIdentity(CallerProof proof) : ClaimsIdentity(AgentAuthenticationDefaults.Scheme, "sub", "scope")
{
    private bool _filled;

    public override IEnumerable<Claim> Claims
    {
        get
        {
            Fill();
            return base.Claims;
        }
    }

    public override ClaimsIdentity Clone()
    {
        Fill();
        return base.Clone();
    }

    private void Fill()
    {
        if (_filled)
            return;
        _filled = true;
        AddClaim(new Claim("sub", proof.Subject!));
        AddClaim(new Claim(AgentAuthenticationDefaults.CallerClaim, proof.Caller!));
        foreach (var actor in proof.Actors)
            AddClaim(new Claim(AgentAuthenticationDefaults.ActorClaim, actor));
        foreach (var scope in proof.Scopes.Values)
            AddClaim(new Claim("scope", scope));
        if (proof.Token is not { } token)
            return;
        AddClaim(new Claim("jti", token.TokenId));
        if (token.TransactionId is { } transaction)
            AddClaim(new Claim("txn", transaction));
    }
}
