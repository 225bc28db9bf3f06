using AgentMesh.Testing;
using Microsoft.Extensions.Options;

namespace AgentMesh.Auth.Tests;

/// <summary>A setting out of its range ends the start with its name and its range.</summary>
public sealed class SettingTests
{
    [Theory]
    [InlineData("Mesh:Server:MaxConnections", "0", "Mesh:Server:MaxConnections (environment: Mesh__Server__MaxConnections) must be from 1 to 1000000.")]
    [InlineData("Mesh:Server:ClockSkew", "00:02:00", "Mesh:Server:ClockSkew (environment: Mesh__Server__ClockSkew) must be from 00:00:00 to 00:01:00.")]
    [InlineData("Mesh:AuthorizationServer:Timeout", "00:00:00", "Mesh:AuthorizationServer:Timeout (environment: Mesh__AuthorizationServer__Timeout) must be from 00:00:01 to 00:02:00.")]
    public async Task The_message_names_the_setting_and_its_range(string setting, string value, string says)
    {
        await using var mesh = await TestMesh.StartAsync();
        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => mesh.StartAgentAsync("risk-analyst", s => s.Settings.Add((setting, value))));
        Assert.Contains(says, failure.Failures);

        await mesh.StartAgentAsync("risk-analyst");
    }

    [Fact, Proves("AI8")]
    public async Task Outside_Development_nothing_starts_that_would_leave_no_record()
    {
        await using var mesh = await TestMesh.StartAsync();
        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => StartAsync("Production", null));
        Assert.Contains("Mesh:AuditDirectory (environment: Mesh__AuditDirectory) is not set", Assert.Single(failure.Failures), StringComparison.Ordinal);

        await StartAsync("Production", mesh.NewAuditFolder());
        await StartAsync("Development", null);

        Task<TestAgent> StartAsync(string environment, string? directory) => mesh.StartAgentAsync("risk-analyst", setup =>
        {
            (setup.RecordAudit, setup.Environment) = (false, environment);
            setup.Settings.Add(("Mesh:AuditDirectory", directory));
        });
    }
}
