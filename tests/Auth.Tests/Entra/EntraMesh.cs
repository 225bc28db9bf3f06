using System.Text.Json.Nodes;
using AgentMesh.Auth.AspNetCore;
using AgentMesh.Entra;
using AgentMesh.Spiffe;
using AgentMesh.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http;

namespace AgentMesh.Auth.Tests.Entra;

/// <summary>A mesh whose JWT authority signs with RSA, and a tenant that trusts it: the advisor's application may call the risk analyst's.</summary>
internal sealed class EntraMesh : IAsyncDisposable
{
    public const string OidcIssuer = "https://oidc.agentmesh.example";

    private EntraMesh(TestMesh mesh, StandInEntra entra)
    {
        (Mesh, Entra) = (mesh, entra);
        Entra.Issuers[OidcIssuer] = mesh.Authority.JwtBundle;
        Advisor = Entra.Tenant.AddApplication();
        RiskAnalyst = Entra.Tenant.AddResource();
        Advisor.FederatedCredentials.Add((OidcIssuer, TestManifest.IdOf("advisor"), "api://AzureADTokenExchange"));
        Advisor.Roles[RiskAnalyst.ClientId] = ["risk.score"];
    }

    public TestMesh Mesh { get; }

    public StandInEntra Entra { get; }

    public EntraApplication Advisor { get; }

    public EntraResource RiskAnalyst { get; }

    public static async Task<EntraMesh> StartAsync()
    {
        var mesh = await TestMesh.StartAsync(TestKeyKind.Rsa2048);
        return new EntraMesh(mesh, await StandInEntra.StartAsync(mesh.Clock));
    }

    /// <summary>An advisor that calls the risk analyst with Entra's tokens; <paramref name="changes"/> override its settings.</summary>
    public TestCaller Caller(IJwtSvidSource? svids = null, params (string Key, string? Value)[] changes) => Mesh.Caller("advisor", services =>
    {
        services.AddSingleton(svids ?? new IssuingSource(Mesh.SourceOf("advisor"), Mesh.Authority));
        (string, string?)[] settings = [.. Settings, .. changes];
        services.AddEntraTokens(Mesh.Configuration("advisor", [("Mesh:AuditDirectory", Mesh.NewAuditFolder()), .. settings]));
        LeadToStandIn(services, EntraAcquirers.HttpClientName);
    }, [.. Settings, .. changes]);

    /// <summary>A risk analyst that accepts the tenant's tokens from the advisor's application.</summary>
    public Task<TestAgent> StartCalleeAsync(params (string Key, string? Value)[] changes) => Mesh.StartAgentAsync("risk-analyst", setup =>
    {
        setup.Settings.AddRange([.. CalleeSettings, .. changes]);
        setup.Services = services => LeadToStandIn(services, EntraTokenRules.HttpClientName);
    });

    public (string, string?)[] CalleeSettings =>
    [
        ("Mesh:Server:Entra:Audiences:0", RiskAnalyst.ClientId),
        ("Mesh:Server:Entra:Callers:advisor:TenantId", Entra.Tenant.Id),
        ("Mesh:Server:Entra:Callers:advisor:ClientId", Advisor.ClientId),
    ];

    /// <summary>A token as the advisor's application gets it.</summary>
    public string Issue(Action<EntraToken>? shape = null) => Entra.Issue(Entra.Tenant, Advisor, RiskAnalyst, shape);

    private void LeadToStandIn(IServiceCollection services, string client) =>
        services.PostConfigure<HttpClientFactoryOptions>(client, options => options.HttpMessageHandlerBuilderActions.Add(b => b.PrimaryHandler = Entra.CreateHandler()));

    public (string, string?)[] Settings =>
    [
        ("Mesh:Entra:TenantId", Entra.Tenant.Id),
        ("Mesh:Entra:ClientId", Advisor.ClientId),
        ("Mesh:Callees:risk-analyst:TokenSource", "entra"),
        ("Mesh:Callees:risk-analyst:Entra:AppIdUri", RiskAnalyst.AppIdUri),
    ];

    public async ValueTask DisposeAsync()
    {
        await Mesh.DisposeAsync();
        await Entra.DisposeAsync();
    }

    /// <summary>JWT-SVIDs with an issuer, as SPIRE writes them when <c>jwt_issuer</c> is set; the test changes what it wants changed.</summary>
    internal sealed class IssuingSource(TestSource party, TestAuthority authority) : IJwtSvidSource
    {
        public string? Issuer { get; set; } = OidcIssuer;

        public SpiffeId Id { get; set; } = party.Id;

        public JwtShape Shape { get; set; } = new();

        public int Fetches { get; private set; }

        public TestAuthority Authority { get; set; } = authority;

        public ValueTask<JwtSvid> FetchJwtSvidAsync(string audience, CancellationToken cancellationToken = default)
        {
            Fetches++;
            var claims = new Dictionary<string, JsonNode?>(Shape.Claims) { ["iss"] = Issuer };
            return new(JwtSvid.ParseUnverified(Authority.IssueJwt(Id, audience, shape: Shape with { Claims = claims })));
        }
    }
}
