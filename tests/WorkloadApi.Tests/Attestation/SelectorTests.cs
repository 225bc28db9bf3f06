using AgentMesh.WorkloadApi.Configuration;
using AgentMesh.WorkloadApi.Entries;

namespace AgentMesh.WorkloadApi.Tests.Attestation;

public sealed class SelectorTests
{
    [Theory]
    [InlineData("unix:uid:0")]
    [InlineData("unix:gid:4294967295")]
    [InlineData("unix:path:/usr/bin/x y")]
    [InlineData("unix:sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")]
    public void A_selector_is_written_as_it_is_read(string text) => Assert.Equal(text, Selector.Parse(text, "me").ToString());

    [Theory]
    [InlineData("")]
    [InlineData("unix:uid:")]
    [InlineData("unix:uid:-1")]
    [InlineData("unix:uid:01")]
    [InlineData("unix:uid: 1")]
    [InlineData("unix:uid:4294967296")]
    [InlineData("unix:path:relative")]
    [InlineData("unix:sha256:0123")]
    [InlineData("unix:sha256:0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef")]
    [InlineData("unix:user:root")]
    [InlineData("docker:label:x")]
    [InlineData("UNIX:uid:0")]
    public void What_cannot_be_checked_is_refused_and_never_ignored(string text)
    {
        var refusal = Assert.Throws<SettingsException>(() => Selector.Parse(text, "me"));

        Assert.Contains($"'me' has the selector '{text}'", refusal.Message, StringComparison.Ordinal);
    }
}
