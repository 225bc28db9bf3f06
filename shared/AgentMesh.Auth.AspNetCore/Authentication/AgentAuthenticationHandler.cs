using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;

namespace AgentMesh.Auth.AspNetCore;

/// <summary>Presents the outcome of the checks to ASP.NET Core's authentication. What is answered to a refused request is decided by <see cref="DecisionResultHandler"/>.</summary>
internal sealed class AgentAuthenticationHandler(CallerChecks checks) : IAuthenticationHandler
{
    private HttpContext? _context;
    private AuthenticateResult? _result;

    public Task InitializeAsync(AuthenticationScheme scheme, HttpContext context)
    {
        _context = context;
        return Task.CompletedTask;
    }

    public async Task<AuthenticateResult> AuthenticateAsync()
    {
        if (_result is not null)
            return _result;
        var proof = await checks.CheckAsync(_context!).ConfigureAwait(false);
        _context!.Features.Set(proof);
        return _result = proof.Reason is { } reason
            ? AuthenticateResult.Fail(reason)
            : AuthenticateResult.Success(new AuthenticationTicket(PrincipalOf(proof), AgentAuthenticationDefaults.Scheme));
    }

    public Task ChallengeAsync(AuthenticationProperties? properties)
    {
        _context!.Response.StatusCode = StatusCodes.Status401Unauthorized;
        return Task.CompletedTask;
    }

    public Task ForbidAsync(AuthenticationProperties? properties)
    {
        _context!.Response.StatusCode = StatusCodes.Status403Forbidden;
        return Task.CompletedTask;
    }

    private static ClaimsPrincipal PrincipalOf(CallerProof proof)
    {
        var identity = new ClaimsIdentity(AgentAuthenticationDefaults.Scheme, "sub", "scope");
        identity.AddClaim(new Claim("sub", proof.Subject!));
        identity.AddClaim(new Claim(AgentAuthenticationDefaults.CallerClaim, proof.Caller!));
        foreach (var actor in proof.Actors)
            identity.AddClaim(new Claim(AgentAuthenticationDefaults.ActorClaim, actor));
        foreach (var scope in proof.Scopes.Values)
            identity.AddClaim(new Claim("scope", scope));
        if (proof.Token is { } token)
        {
            identity.AddClaim(new Claim("jti", token.TokenId));
            if (token.TransactionId is { } transaction)
                identity.AddClaim(new Claim("txn", transaction));
        }
        return new ClaimsPrincipal(identity);
    }
}
