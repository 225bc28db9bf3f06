using AgentMesh.Entra;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace AgentMesh.Auth.Tests.Entra;

/// <summary>Wrong settings end the process at its start, with the setting and the fix.</summary>
public sealed class EntraSettingsTests : EntraTest
{
    [Theory]
    [InlineData("Mesh:Entra:TenantId", null, "Mesh:Entra:TenantId (environment: Mesh__Entra__TenantId)")]
    [InlineData("Mesh:Entra:TenantId", "contoso.onmicrosoft.com", "a GUID")]
    [InlineData("Mesh:Entra:TenantId", "common", "a GUID")]
    [InlineData("Mesh:Entra:ClientId", "", "Mesh:Entra:ClientId (environment: Mesh__Entra__ClientId)")]
    [InlineData("Mesh:Callees:risk-analyst:Entra:AppIdUri", null, "Application ID URI of risk-analyst's app registration")]
    [InlineData("Mesh:Callees:risk-analyst:Entra:AppIdUri", "api://x/.default", "without /.default")]
    [InlineData("Mesh:Callees:risk-analyst:Entra:ClientSecret", "x", "Mesh:Callees:risk-analyst:Entra:ClientSecret is no setting")]
    [InlineData("Mesh:Entra:Instance", "http://login.microsoftonline.com/", "https:// origin")]
    [InlineData("Mesh:Entra:Instance", "https://login.microsoftonline.com/common", "https:// origin")]
    [InlineData("Mesh:Entra:MaxAttempts", "9", "Mesh:Entra:MaxAttempts")]
    [InlineData("Mesh:Callees:risk-analyst:TokenSource", "entre", "there is no such token source")]
    [InlineData("Mesh:Callees:risk-analyst:TokenSouce", "entra", "Mesh:Callees:risk-analyst:TokenSouce is no setting")]
    [InlineData("Mesh:Callees:nobody:TokenSource", "entra", "does not list \"nobody\"")]
    [InlineData("Mesh:Callees:market-data:TokenSource", "entra", "called with mTLS alone")]
    [InlineData("Mesh:Callees:trader:TokenSource", "entra", "has \"when\"")]
    public async Task A_wrong_setting_ends_the_start(string setting, string? value, string says)
    {
        var caller = Mesh.Caller(null, (setting, value));

        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => StartAsync(caller));

        Assert.Contains(says, string.Join("\n", failure.Failures), StringComparison.Ordinal);
        await StartAsync(Mesh.Caller());
    }

    [Fact]
    public async Task A_scope_that_needs_a_person_cannot_come_from_entra()
    {
        var caller = Mesh.Caller(null, ("Mesh:Callees:trader:TokenSource", "entra"), ("Mesh:Callees:trader:Entra:AppIdUri", "api://trader"));

        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => StartAsync(caller));

        Assert.Contains(failure.Failures, f => f.Contains("trade.execute, which needs a person's approval", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_callee_has_an_application_of_its_own_tenant_where_it_says_so()
    {
        var other = Entra.OtherTenant.AddApplication();
        other.FederatedCredentials.Add((EntraMesh.OidcIssuer, TestManifest.IdOf("advisor"), "api://AzureADTokenExchange"));
        var resource = Entra.OtherTenant.AddResource();
        var caller = Mesh.Caller(null, ("Mesh:Callees:risk-analyst:Entra:TenantId", Entra.OtherTenant.Id),
            ("Mesh:Callees:risk-analyst:Entra:ClientId", other.ClientId), ("Mesh:Callees:risk-analyst:Entra:AppIdUri", resource.AppIdUri));

        Assert.True((await AcquireAsync(caller)).Succeeded);
        Assert.Equal(other.ClientId, Assert.Single(Entra.Requests)["client_id"]);
    }

    private static async Task StartAsync(TestCaller caller)
    {
        foreach (var check in caller.Services.GetServices<IStartupValidator>())
            check.Validate();
        foreach (var service in caller.Services.GetServices<IHostedService>().OfType<IHostedLifecycleService>())
            await service.StartingAsync(Cancellation);
        Assert.NotEmpty(caller.Services.GetRequiredService<EntraCallees>().All);
    }
}
