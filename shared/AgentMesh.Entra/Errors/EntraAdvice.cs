namespace AgentMesh.Entra;

/// <summary>What to do about an AADSTS code, with the names and values of this agent's own configuration.</summary>
internal static class EntraAdvice
{
    private const string See = "See docs/entra.md.";

    /// <summary>One sentence on what is wrong and one on how to mend it.</summary>
    /// <param name="error">What Entra answered.</param>
    /// <param name="callee">What was asked for.</param>
    /// <param name="subject">The agent's SPIFFE ID.</param>
    /// <param name="issuer">The <c>iss</c> of the JWT-SVID that was sent; null when none was.</param>
    public static string For(EntraError error, EntraCallee callee, string subject, string? issuer)
    {
        var advice = error.Sts switch
        {
            70021 or 700211 or 700212 or 700213 or 700214 => "No federated identity credential matches the JWT-SVID. Add one to application "
                + $"{callee.ClientId} in tenant {callee.TenantId} with issuer \"{issuer}\", subject \"{subject}\" and audience \"{JwtSvidAssertion.Audience}\", each exactly so.",
            50013 or 700027 or 5000611 => $"Entra could not verify the JWT-SVID's signature with the keys published at {issuer}. That address must serve .well-known/openid-configuration and its jwks_uri to the internet, "
                + "list the key that signs now, and the key must be RSA (jwt_key_type = \"rsa-2048\" of the SPIRE server).",
            700024 => "The JWT-SVID is not valid at this moment by Entra's clock. Correct the clock of the SPIRE server.",
            700016 => $"Tenant {callee.TenantId} has no application {callee.ClientId}. Correct Mesh:Entra:ClientId or Mesh:Entra:TenantId, or have the tenant's administrator consent to the application.",
            90002 or 900023 or 900021 => $"There is no tenant {callee.TenantId} at {callee.Instance.Host}. Correct Mesh:Entra:TenantId, or Mesh:Entra:Instance when the tenant is in another cloud.",
            500011 or 650057 => $"Tenant {callee.TenantId} has no resource \"{callee.AppIdUri}\". Correct Mesh:Callees:{callee.Name}:Entra:AppIdUri to the callee's Application ID URI, and create its service principal in this tenant.",
            501051 => $"Application {callee.ClientId} has no app role of \"{callee.AppIdUri}\", which requires assignment. Assign one, and grant admin consent.",
            7000215 or 7000222 => $"Entra took the assertion for a client secret. Nothing here sends one: check that {callee.Instance.Host} is Microsoft Entra ID, and that nothing between rewrites the request.",
            7000112 => $"Application {callee.ClientId} is disabled in tenant {callee.TenantId}. Enable its enterprise application, if that was not meant.",
            53003 or 530035 => "A Conditional Access policy for workload identities refused the sign-in. Change the policy, or call from an allowed network.",
            1002012 or 70011 => $"\"{callee.Scope}\" is not a scope that client credentials may ask for. Set Mesh:Callees:{callee.Name}:Entra:AppIdUri to the bare Application ID URI.",
            _ => error.Message.Length > 0 ? error.Message : "Entra gave no reason.",
        };
        var code = error.Sts == 0 ? "" : $"AADSTS{error.Sts}: ";
        var trace = error.TraceId is { Length: > 0 and <= 64 } id ? $" (trace id {id})" : "";
        return $"{code}{advice}{trace} {See}";
    }
}
