using System.Globalization;

namespace AgentMesh.Cli.Checks;

/// <summary>Nothing that authenticates lives longer than an hour: measured on real SVIDs and a real token.</summary>
internal sealed class Lifetimes : ICheck
{
    private const string Name = "credentials live an hour at most";

    string ICheck.Name => Name;

    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    // Issuers date back a little, for clocks that are behind.
    private static readonly TimeSpan BackDating = TimeSpan.FromMinutes(1);

    public async Task<CheckResult> RunAsync(CheckContext context, CancellationToken cancellationToken)
    {
        List<string> evidence = [], faults = [];
        foreach (var served in context.Served)
        {
            if (served.Peer is { } peer)
                Add($"X509-SVID of {served.Name}", peer.NotAfter - peer.NotBefore);
            else
                faults.Add($"X509-SVID of {served.Name}: {served.Failure}");
        }
        var token = await IssuedToken.RequestAsync(context, cancellationToken);
        Add($"access token for {token.Scope}", token.ExpiresAt - token.IssuedAt);
        var assertion = await context.Connection.Source.FetchJwtSvidAsync(context.Mesh.Issuer.AbsoluteUri, cancellationToken);
        Add("JWT-SVID of this operator, left", assertion.ExpiresAt - context.Time.GetUtcNow());
        return faults.Count == 0
            ? CheckResult.Green(Name, evidence)
            : CheckResult.Red(Name, "Shorten \"lifetimes\" in the manifest; where SPIRE issues, its server's default_x509_svid_ttl.", [.. faults, .. evidence]);

        void Add(string what, TimeSpan lifetime) =>
            (lifetime <= Longest + BackDating ? evidence : faults).Add(string.Create(CultureInfo.InvariantCulture, $"{what}: {lifetime:hh\\:mm\\:ss}"));
    }
}
