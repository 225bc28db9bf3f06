namespace AgentMesh.Manifest.Tests;

public sealed class LifetimeErrorTests
{
    [Theory]
    [InlineData("x509Svid", "\"01:00:01\"", "at most 01:00:00")]
    [InlineData("jwtSvid", "\"02:00:00\"", "at most 01:00:00")]
    [InlineData("x509Svid", "\"99:00:00\"", "at most 01:00:00")]
    [InlineData("accessToken", "\"00:05:01\"", "Write \"00:05:00\" or less")]
    [InlineData("x509Svid", "\"00:00:00\"", "longer than nothing")]
    [InlineData("x509Svid", "\"-00:05:00\"", "is not a duration")]
    [InlineData("x509Svid", "\"30m\"", "for example \"00:30:00\"")]
    [InlineData("x509Svid", "\"PT20M\"", "for example \"00:20:00\"")]
    [InlineData("jwtSvid", "\"1 hour\"", "for example \"01:00:00\"")]
    [InlineData("jwtSvid", "300", "for example \"00:05:00\"")]
    [InlineData("accessToken", "\"00:05\"", "is not a duration")]
    [InlineData("accessToken", "\"00:60:00\"", "is not a duration")]
    [InlineData("accessToken", "\"1.00:00:00\"", "is not a duration")]
    [InlineData("accessToken", "\"00:05:00\\n\"", "is not a duration")]
    [InlineData("accessToken", "null", "null is not a duration")]
    public void A_lifetime_out_of_bounds_is_refused(string member, string value, string says) =>
        Texts.Refused(Texts.With($$""" "lifetimes": { "{{member}}": ¦{{value}} } """), says);

    [Fact]
    public void The_bounds_themselves_are_allowed()
    {
        var mesh = MeshManifest.Parse(Texts.With(""" "lifetimes": { "x509Svid": "01:00:00", "jwtSvid": "00:00:01", "accessToken": "00:05:00" } """));

        Assert.Equal(new Lifetimes(TimeSpan.FromHours(1), TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5)), mesh.Lifetimes);
    }

    [Fact]
    public void A_silent_manifest_gets_short_lives()
    {
        var mesh = MeshManifest.Parse(Texts.With(""" "lifetimes": {} """));

        Assert.Equal(new Lifetimes(TimeSpan.FromMinutes(30), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(5)), mesh.Lifetimes);
        Assert.Equal(4, mesh.MaxDepth);
    }
}
