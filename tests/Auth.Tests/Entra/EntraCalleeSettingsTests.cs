using Microsoft.Extensions.Options;

namespace AgentMesh.Auth.Tests.Entra;

/// <summary>Wrong settings of a callee end the process at its start, with the setting and the fix.</summary>
public sealed class EntraCalleeSettingsTests : EntraTest
{
    private const string Section = "Mesh:Server:Entra:";

    [Theory]
    [InlineData("Audiences:0", "", "Mesh:Server:Entra:Audiences:0 (environment: Mesh__Server__Entra__Audiences__0) is empty")]
    [InlineData("TokenVersion", "3", "must be 1 or 2")]
    [InlineData("Instance", "http://login.microsoftonline.com/", "https:// origin")]
    [InlineData("MaxTokenLifetime", "1.00:00:00", "from 00:05:00 to 02:00:00")]
    [InlineData("Callers:advisor:TenantId", "common", "directory (tenant) ID")]
    [InlineData("Callers:advisor:ClientId", "7", "application (client) ID of advisor's app registration")]
    [InlineData("Callers:nobody:ClientId", "x", "no edge from nobody to risk-analyst")]
    [InlineData("Callers:trader:ClientId", "x", "has \"when\"")]
    [InlineData("Roles:market.read", "x", "no edge to risk-analyst has the scope market.read")]
    [InlineData("Roles:risk.score", "", "is empty")]
    [InlineData("Tenants:0", "x", "Tenants")]
    public async Task A_wrong_setting_ends_the_start(string setting, string? value, string says)
    {
        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => Mesh.StartCalleeAsync((Section + setting, value)));
        Assert.Contains(says, string.Join("\n", failure.Failures), StringComparison.Ordinal);

        await Mesh.StartCalleeAsync();
    }

    [Fact]
    public async Task Two_parties_cannot_be_the_same_application()
    {
        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => Mesh.StartCalleeAsync(
            (Section + "Callers:trader:TenantId", Entra.Tenant.Id), (Section + "Callers:trader:ClientId", Mesh.Advisor.ClientId)));
        Assert.Contains(failure.Failures, f => f.Contains("advisor and trader are the same application", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_agent_that_takes_no_tokens_takes_none_of_entra_either()
    {
        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => Mesh.Mesh.StartAgentAsync("market-data", setup => setup.Settings.AddRange(Mesh.CalleeSettings)));
        Assert.Contains(failure.Failures, f => f.Contains("called with mTLS alone", StringComparison.Ordinal));
    }
}
