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
        var reason = await client.SendAsync(Config($"http://localhost:{((IPEndPoint)listener.LocalEndpoint).Port}/"), default, Cancellation);
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
        Assert.Null(await client.SendAsync(Config($"http://localhost:{webhook.Address.Port}/"), "{}"u8.ToArray(), Cancellation));
        Assert.Equal(1, webhook.Attempts);
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        await using var webhook = await WebhookReceiver.StartAsync(307);
        var options = new PushNotificationOptions { AllowHttp = true, AllowedNetworks = { IPNetwork.Parse("127.0.0.0/8") } };
        using var client = new WebhookClient(options, TimeProvider.System);
        Assert.Contains("answered 307", await client.SendAsync(Config(webhook.Address.ToString()), "{}"u8.ToArray(), Cancellation));
        Assert.Equal(1, webhook.Attempts);
    }

    [Theory]
    [InlineData("8.8.8.8")]
    [InlineData("2606:4700::1111")]
    [InlineData("::ffff:8.8.8.8")]
    public void Public_addresses_are_allowed(string address) =>
        Assert.True(NetworkPolicy.Allows(IPAddress.Parse(address), new()));
}
