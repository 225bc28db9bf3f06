using System.Net;
using System.Net.Sockets;
using AgentMesh.A2A.Internal;
using AgentMesh.Testing;

namespace AgentMesh.A2A.Tests.Push;

/// <summary>A webhook leads nowhere inside.</summary>
[Threat("T39")]
public sealed class SsrfTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static TaskPushNotificationConfig Config(string url) => new() { Id = "p", TaskId = "t", Url = url };

    [Theory]
    [InlineData("https://127.0.0.1/")]
    [InlineData("https://127.1/")]
    [InlineData("https://2130706433/")]
    [InlineData("https://0x7f.0.0.1/")]
    [InlineData("https://0.0.0.0/")]
    [InlineData("https://10.1.2.3/")]
    [InlineData("https://172.16.0.1/")]
    [InlineData("https://172.31.255.255/")]
    [InlineData("https://192.168.1.1/")]
    [InlineData("https://169.254.169.254/latest/meta-data")]
    [InlineData("https://100.64.0.1/")]
    [InlineData("https://224.0.0.1/")]
    [InlineData("https://255.255.255.255/")]
    [InlineData("https://[::1]/")]
    [InlineData("https://[::]/")]
    [InlineData("https://[fe80::1]/")]
    [InlineData("https://[fd00::1]/")]
    [InlineData("https://[::ffff:127.0.0.1]/")]
    [InlineData("https://[::ffff:10.0.0.1]/")]
    [InlineData("https://[::127.0.0.1]/")]
    [InlineData("https://[64:ff9b::7f00:1]/")]
    [InlineData("https://[2002:7f00:1::]/")]
    [InlineData("https://[64:ff9b:1::1]/")]
    [InlineData("https://[64:ff9b::a00:1]/")]
    [InlineData("https://[2002:a9fe:a9fe::]/")]
    [InlineData("https://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/")]
    [InlineData("http://hooks.example/")]
    [InlineData("ftp://hooks.example/")]
    [InlineData("file:///etc/passwd")]
    [InlineData("https://user:password@hooks.example/")]
    [InlineData("hooks.example")]
    [InlineData("/hook")]
    public async Task A_webhook_that_points_inside_is_refused_in_both_places_that_name_one(string url)
    {
        await using var server = await TestServer.StartAsync();
        var send = await server.RpcAsync("SendMessage", $$$$"""{"message":{"messageId":"m","role":"ROLE_USER","parts":[{"text":"ask"}]},"configuration":{"taskPushNotificationConfig":{"url":"{{{{url}}}}"}}}""");
        Assert.Contains("configuration.taskPushNotificationConfig.url", send.GetProperty("error").GetRawText());
        Assert.Equal(0, (await server.RpcAsync("ListTasks", "{}")).GetProperty("result").GetProperty("totalSize").GetInt32());
        var create = await server.RpcAsync("CreateTaskPushNotificationConfig", $$"""{"taskId":"t","url":"{{url}}"}""");
        Assert.Equal(-32602, create.GetProperty("error").GetProperty("code").GetInt32());
    }

    [Fact]
    public async Task A_name_that_resolves_to_loopback_is_not_connected_to()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var options = new PushNotificationOptions { AllowHttp = true };
        using var client = new WebhookClient(options, TimeProvider.System);
        var reason = await client.SendAsync(Config($"http://localhost:{((IPEndPoint)listener.LocalEndpoint).Port}/"), "alice", default, Cancellation);
        Assert.Contains("resolves to loopback", reason);
        Assert.Contains("attempt 1", reason);
        Assert.False(listener.Pending());
    }

    [Fact]
    public async Task The_same_name_is_connected_to_when_its_network_is_allowed()
    {
        await using var webhook = await WebhookReceiver.StartAsync();
        var options = new PushNotificationOptions { AllowHttp = true, AllowedNetworks = { IPNetwork.Parse("127.0.0.0/8") } };
        using var client = new WebhookClient(options, TimeProvider.System);
        Assert.Null(await client.SendAsync(Config($"http://localhost:{webhook.Address.Port}/"), "alice", "{}"u8.ToArray(), Cancellation));
        Assert.Equal(1, webhook.Attempts);
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        await using var webhook = await WebhookReceiver.StartAsync(307);
        var options = new PushNotificationOptions { AllowHttp = true, AllowedNetworks = { IPNetwork.Parse("127.0.0.0/8") } };
        using var client = new WebhookClient(options, TimeProvider.System);
        Assert.Contains("answered 307", await client.SendAsync(Config(webhook.Address.ToString()), "alice", "{}"u8.ToArray(), Cancellation));
        Assert.Equal(1, webhook.Attempts);
    }

    [Theory]
    [InlineData("0.0.0.1")]
    [InlineData("0.255.255.255")]
    [InlineData("10.255.255.255")]
    [InlineData("100.127.255.255")]
    [InlineData("127.255.255.254")]
    [InlineData("169.254.0.1")]
    [InlineData("192.0.0.8")]
    [InlineData("192.0.2.1")]
    [InlineData("192.88.99.1")]
    [InlineData("198.18.0.1")]
    [InlineData("198.19.255.255")]
    [InlineData("198.51.100.1")]
    [InlineData("203.0.113.1")]
    [InlineData("239.255.255.250")]
    [InlineData("240.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("::2")]
    [InlineData("::a00:1")]
    [InlineData("::ffff:169.254.169.254")]
    [InlineData("::ffff:0:10.0.0.1")]
    [InlineData("64:ff9b::192.168.0.1")]
    [InlineData("64:ff9b:1::8.8.8.8")]
    [InlineData("64:ff9b:1:ffff:ffff:ffff:ffff:ffff")]
    [InlineData("100::1")]
    [InlineData("2001::1")]
    [InlineData("2001:db8::1")]
    [InlineData("2002:0a00:0001::1")]
    [InlineData("3fff::1")]
    [InlineData("5f00::1")]
    [InlineData("fc00::1")]
    [InlineData("fdff::1")]
    [InlineData("fe80::1%1")]
    [InlineData("febf::1")]
    [InlineData("fec0::1")]
    [InlineData("ff02::1")]
    public void Addresses_that_are_not_public_are_blocked(string address) =>
        Assert.False(NetworkPolicy.Allows(IPAddress.Parse(address), new()));

    [Theory]
    [InlineData("8.8.8.8")]
    [InlineData("100.63.255.255")]
    [InlineData("100.128.0.1")]
    [InlineData("172.15.255.255")]
    [InlineData("172.32.0.1")]
    [InlineData("192.0.1.1")]
    [InlineData("198.17.255.255")]
    [InlineData("198.20.0.1")]
    [InlineData("223.255.255.254")]
    [InlineData("64:ff9b::8.8.8.8")]
    [InlineData("64:ff9b:2::1")]
    [InlineData("2001:200::1")]
    [InlineData("2002:808:808::1")]
    [InlineData("2606:4700::1111")]
    [InlineData("::ffff:8.8.8.8")]
    public void Public_addresses_are_allowed(string address) =>
        Assert.True(NetworkPolicy.Allows(IPAddress.Parse(address), new()));
}
