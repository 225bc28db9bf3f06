using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using AgentMesh.Attacks.Tests.Mesh;
using AgentMesh.Spiffe;
using AgentMesh.Testing;

namespace AgentMesh.Attacks.Tests.Floods;

/// <summary>Too much of everything, from a peer with a good SVID: it is cut off, and the others are served meanwhile.</summary>
public sealed class FloodTests
{
    [Theory, Threat("T38")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_beyond_the_limit_is_not_read_by_an_agent(bool saysHowLong)
    {
        await using var mesh = await AttackMesh.StartAsync(("Mesh:Server:MaxRequestBodyBytes", "65536"));
        using var advisor = mesh.Workload("advisor");
        var token = await mesh.ScoreTokenAsync(advisor);

        await AssertCutOffAsync(body => advisor.CallAsync(mesh.RiskAnalyst, token, "/score", body), new LongBody("application/json", ' ', saysHowLong));

        Allowed.By(mesh.RiskAnalyst, await advisor.CallAsync(mesh.RiskAnalyst, token, "/score", Json("{}")));
    }

    [Fact, Threat("T38")]
    public async Task Headers_beyond_the_limit_are_refused_by_an_agent()
    {
        await using var mesh = await AttackMesh.StartAsync();
        using var advisor = mesh.Workload("advisor");
        var token = await mesh.ScoreTokenAsync(advisor);

        await AssertRefusedAsync(() => advisor.CallAsync(mesh.RiskAnalyst, token, "/score", ("X-Padding", new string('a', 40 * 1024))), 431);
        await AssertRefusedAsync(() => advisor.CallAsync(mesh.RiskAnalyst, new string('a', 40 * 1024)), 431);
        Refused.By(mesh.RiskAnalyst, await advisor.CallAsync(mesh.RiskAnalyst, new string('a', 20 * 1024)), 401, "token_malformed");
        Allowed.By(mesh.RiskAnalyst, await advisor.CallAsync(mesh.RiskAnalyst, token));
    }

    [Fact, Threat("T38")]
    public async Task JSON_that_is_nested_without_end_is_refused()
    {
        await using var mesh = await AttackMesh.StartAsync();
        using var advisor = mesh.Workload("advisor");
        var token = await mesh.ScoreTokenAsync(advisor);
        var deep = string.Concat(Enumerable.Repeat("[", 10_000)) + string.Concat(Enumerable.Repeat("]", 10_000));
        var deepToken = mesh.Issuer.Resign(token, c => c["scope"] = System.Text.Json.Nodes.JsonNode.Parse(deep[9_800..10_200], null, new() { MaxDepth = 1_000 }));

        Assert.Equal(400, (await advisor.CallAsync(mesh.RiskAnalyst, token, "/score", Json($$"""{"a":{{deep}}}"""))).Status);
        Refused.By(mesh.RiskAnalyst, await advisor.CallAsync(mesh.RiskAnalyst, deepToken), 401, "token_malformed");
        Allowed.By(mesh.RiskAnalyst, await advisor.CallAsync(mesh.RiskAnalyst, token));
    }

    [Fact, Threat("T38")]
    public async Task The_authorization_server_reads_no_more_than_a_request_can_need()
    {
        await using var mesh = await AttackMesh.StartAsync();
        using var advisor = mesh.Workload("advisor");
        var advice = await mesh.AdviceTokenAsync();

        await AssertCutOffAsync(body => advisor.PostAsync("token", body), new LongBody("application/x-www-form-urlencoded", 'a', saysHowLong: true));
        await AssertCutOffAsync(body => advisor.PostAsync("token", body), new LongBody("application/x-www-form-urlencoded", 'a', saysHowLong: false));
        await AssertRefusedAsync(() => advisor.ExchangeAsync(advice, "risk-analyst", null, ("padding", new string('a', 100 * 1024))), 413);
        Assert.Equal((400, "invalid_request"), Outcome(await advisor.ExchangeAsync(advice, "risk-analyst", null, [.. Enumerable.Range(0, 40).Select(i => ($"field{i}", "a"))])));
        Refused.By(mesh.Issuer, await advisor.ExchangeAsync(new string('a', 8193), "risk-analyst"), 400, "invalid_request", "parameter_too_long");
        Refused.By(mesh.Issuer, await advisor.ExchangeAsync(advice, "risk-analyst", null, ("scope", "a"), ("scope", "b")), 400, "invalid_request", "repeated_parameter");
        Allowed.By(mesh.Issuer, await advisor.ExchangeAsync(advice, "risk-analyst", "risk.score"));

        static (int, string?) Outcome(Answer answer) => (answer.Status, answer.Error);
    }

    [Fact, Threat("T38")]
    public async Task A_client_that_never_finishes_its_handshake_is_hung_up_on()
    {
        await using var mesh = await AttackMesh.StartAsync(("Mesh:Server:HandshakeTimeout", "00:00:00.3"));
        var silent = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => ConnectAsync(mesh.RiskAnalyst.Address)));

        await mesh.AssertHonestCallPassesAsync();
        foreach (var connection in silent)
            Assert.Equal(0, await ReadAsync(connection));
        await mesh.AssertHonestCallPassesAsync();
    }

    [Fact, Threat("T38")]
    public async Task A_client_that_never_finishes_its_request_keeps_nobody_waiting()
    {
        await using var mesh = await AttackMesh.StartAsync();
        using var advisor = mesh.Workload("advisor");
        var token = await mesh.ScoreTokenAsync(advisor);
        await using var slow = await OpenTlsAsync(mesh, advisor);
        await slow.WriteAsync(Encoding.ASCII.GetBytes($"POST /score HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{{"), TestContext.Current.CancellationToken);

        for (var i = 0; i < 20; i++)
            Allowed.By(mesh.RiskAnalyst, await advisor.CallAsync(mesh.RiskAnalyst, token));
        // 240 bytes a second are asked for, after five seconds of grace.
        Assert.Contains("408", Encoding.ASCII.GetString(await ReadAllAsync(slow)), StringComparison.Ordinal);
        Allowed.By(mesh.RiskAnalyst, await advisor.CallAsync(mesh.RiskAnalyst, token));
    }

    [Fact, Threat("T38")]
    public async Task Connections_beyond_the_limit_are_refused_and_end_nobody_elses()
    {
        // Who says nothing is not hung up on while this test lasts, unless there are too many.
        await using var mesh = await AttackMesh.StartAsync(("Mesh:Server:MaxConnections", "8"), ("Mesh:Server:HandshakeTimeout", "00:01:00"));
        using var advisor = mesh.Workload("advisor");
        var token = await mesh.ScoreTokenAsync(advisor);
        Allowed.By(mesh.RiskAnalyst, await advisor.CallAsync(mesh.RiskAnalyst, token));

        var flood = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => ConnectAsync(mesh.RiskAnalyst.Address)));
        // All but the seven that are left are ended; who has a connection goes on.
        var reading = flood.Select(ReadAsync).ToList();
        while (reading.Count > 7)
        {
            var ended = await Task.WhenAny(reading);
            Assert.Equal(0, await ended);
            reading.Remove(ended);
        }
        Allowed.By(mesh.RiskAnalyst, await advisor.CallAsync(mesh.RiskAnalyst, token));
        foreach (var connection in flood)
            await connection.DisposeAsync();
    }

    [Fact, Threat("T38")]
    public async Task A_flood_of_refused_handshakes_fills_no_journal()
    {
        await using var mesh = await AttackMesh.StartAsync();
        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Refused.InHandshakeAsync(mesh.RiskAnalyst.Address, Testing.AttackClient.CreateHandler(null), "x")));

        Assert.InRange(mesh.RiskAnalyst.Audit.Events.Count(e => e.Kind == "connection"), 1, Auth.RefusedConnections.PerSecond);
        await mesh.AssertHonestCallPassesAsync();
    }

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    /// <summary>It is refused, and little more of the body is taken than what sockets hold.</summary>
    private static async Task AssertCutOffAsync(Func<HttpContent, Task<Answer>> attack, LongBody body)
    {
        await AssertRefusedAsync(() => attack(body), 413);
        Assert.InRange(body.Taken, 0, LongBody.Length / 4);
    }

    private static async Task AssertRefusedAsync(Func<Task<Answer>> attack, int status)
    {
        try
        {
            Assert.Equal(status, (await attack()).Status);
        }
        catch (HttpRequestException refused) when (refused.InnerException is IOException)
        {
            // Hung up on while still sending.
        }
    }

    private static async Task<NetworkStream> ConnectAsync(Uri address)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(address.Host, address.Port, TestContext.Current.CancellationToken);
        return new NetworkStream(socket, ownsSocket: true);
    }

    private static async Task<SslStream> OpenTlsAsync(AttackMesh mesh, Workload workload)
    {
        var tls = new SslStream(await ConnectAsync(mesh.RiskAnalyst.Address));
        var options = SpiffeTls.ClientOptions(workload.Svid, workload.Identity, Authorize.AnyPeer(), mesh.Clock);
        options.TargetHost = "localhost";
        options.ApplicationProtocols = [SslApplicationProtocol.Http11];
        await tls.AuthenticateAsClientAsync(options, TestContext.Current.CancellationToken);
        return tls;
    }

    /// <summary>What is read of a connection that the other side ends: nothing.</summary>
    private static async Task<int> ReadAsync(NetworkStream connection)
    {
        await using (connection)
        {
            try
            {
                return await connection.ReadAsync(new byte[1], TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(20));
            }
            catch (IOException)
            {
                return 0;
            }
        }
    }

    private static async Task<byte[]> ReadAllAsync(Stream stream)
    {
        var buffer = new MemoryStream();
        try
        {
            await stream.CopyToAsync(buffer, TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(20));
        }
        catch (IOException)
        {
            // Reset after the answer.
        }
        return buffer.ToArray();
    }
}
