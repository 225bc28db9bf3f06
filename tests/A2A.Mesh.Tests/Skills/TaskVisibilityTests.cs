using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using AgentMesh.A2A.Mesh.Tests.Mesh;
using AgentMesh.Testing;

namespace AgentMesh.A2A.Mesh.Tests.Skills;

/// <summary>A task is its maker's, for the subject it was made for, and of those on whose behalf it was made, in the same transaction (T40, A2A §13.1).</summary>
[Threat("T40")]
public sealed class TaskVisibilityTests : IAsyncLifetime
{
    private readonly ChainMesh _mesh = new();
    private RunningAgent _back = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _mesh.InitializeAsync();
        _back = await _mesh.BackAsync();
    }

    [Theory]
    [InlineData("GET", "a2a/tasks/{id}")]
    [InlineData("POST", "a2a/tasks/{id}:cancel")]
    [InlineData("POST", "a2a/tasks/{id}:subscribe")]
    [InlineData("GET", "a2a/tasks/{id}/pushNotificationConfigs")]
    public async Task Anothers_task_is_not_found_as_one_that_never_was_and_the_attempt_is_on_record(string method, string path)
    {
        using var ann = await ClientAsync("ann");
        using var bob = await ClientAsync("bob");
        var id = await BeginAsync(ann);

        using var stolen = await SendAsync(bob, method, path.Replace("{id}", id, StringComparison.Ordinal));
        using var invented = await SendAsync(bob, method, path.Replace("{id}", Guid.NewGuid().ToString(), StringComparison.Ordinal));

        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.NotFound), (stolen.StatusCode, invented.StatusCode));
        Assert.Equal(
            (await invented.Content.ReadAsStringAsync(Cancellation)).Length,
            (await stolen.Content.ReadAsStringAsync(Cancellation)).Length);
        Assert.Equal(2, _back.Audit.Denied.Count(each => each.StartsWith(ChainManifest.IdOf("bob"), StringComparison.Ordinal) && each.EndsWith(" task_not_found", StringComparison.Ordinal)));
        using var own = await SendAsync(ann, "GET", $"a2a/tasks/{id}");
        Assert.Equal(HttpStatusCode.OK, own.StatusCode);
    }

    [Fact]
    public async Task A_message_to_anothers_task_is_not_delivered_and_its_context_is_another_conversation()
    {
        using var ann = await ClientAsync("ann");
        using var bob = await ClientAsync("bob");
        var id = await BeginAsync(ann, context: "shared");

        using var stolen = await PostAsync(bob, "go on", taskId: id);
        Assert.Equal(HttpStatusCode.NotFound, stolen.StatusCode);
        await BeginAsync(bob, context: "shared");

        Assert.Equal([id], await ListAsync(ann, "shared"));
        Assert.DoesNotContain(id, await ListAsync(bob, "shared"));
    }

    [Fact]
    public async Task An_agent_that_serves_two_people_cannot_mix_up_their_tasks()
    {
        // Middle is asked by Ann and by Bob, and makes a task at Back for each.
        var forAnn = await AsMiddleAsync("ann");
        var forBob = await AsMiddleAsync("bob");
        using var annsMiddle = forAnn.Client;
        using var bobsMiddle = forBob.Client;
        var id = await BeginAsync(annsMiddle);

        using var mixed = await SendAsync(bobsMiddle, "GET", $"a2a/tasks/{id}");
        using var right = await SendAsync(annsMiddle, "GET", $"a2a/tasks/{id}");

        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.OK), (mixed.StatusCode, right.StatusCode));
    }

    [Fact]
    public async Task Whoever_a_task_was_made_for_sees_it_in_the_same_transaction_and_in_no_other()
    {
        var forAnn = await AsMiddleAsync("ann");
        using var middle = forAnn.Client;
        var id = await BeginAsync(middle);
        using var otherTransaction = await ClientAsync("ann");
        using var another = await SendAsync(otherTransaction, "GET", $"a2a/tasks/{id}");
        Assert.Equal(HttpStatusCode.NotFound, another.StatusCode);

        var visibility = new TaskVisibility(TimeSpan.FromMinutes(5), _mesh.Clock);
        visibility.Add("t", Served("middle", "ann", ["middle"], "txn-1"));
        Assert.Equal($"{ChainManifest.IdOf("middle")}\n{ChainManifest.IdOf("ann")}", visibility.FindDelegatingOwner("t", Served("ann", "ann", [], "txn-1")));
        Assert.Null(visibility.FindDelegatingOwner("t", Served("ann", "ann", [], "txn-2")));
        Assert.Null(visibility.FindDelegatingOwner("t", Served("bob", "ann", ["bob"], "txn-1")));
        Assert.Null(visibility.FindDelegatingOwner("t", Served("middle", "bob", ["middle"], "txn-1")));
        Assert.Null(visibility.FindDelegatingOwner("u", Served("ann", "ann", [], "txn-1")));
        _mesh.Clock.Advance(TimeSpan.FromMinutes(6));
        Assert.Null(visibility.FindDelegatingOwner("t", Served("ann", "ann", [], "txn-1")));
    }

    [Fact]
    public async Task A_delegator_follows_over_the_wire_the_task_that_was_made_for_it_in_the_same_transaction()
    {
        var (rogue, middle) = (_mesh.Caller("rogue"), _mesh.Caller("middle"));
        // Ann calls Middle; Middle hands on to Rogue, which makes the task at Back on behalf of both.
        var atMiddle = await _mesh.Caller("ann").TokenAsync("middle", "middle.work");
        var atRogue = await middle.TokenAsync("rogue", "back.read", atMiddle);
        using var maker = rogue.WithToken(await rogue.TokenAsync("back", "back.read", atRogue));
        using var delegator = middle.WithToken(await middle.TokenAsync("back", "back.read", atMiddle));
        using var elsewhere = middle.WithToken(await middle.TokenAsync("back", "back.read", await _mesh.Caller("ann").TokenAsync("middle", "middle.work")));
        var id = await BeginAsync(maker);

        using var seen = await SendAsync(delegator, "GET", $"a2a/tasks/{id}");
        using var hidden = await SendAsync(elsewhere, "GET", $"a2a/tasks/{id}");
        using var canceled = await SendAsync(delegator, "POST", $"a2a/tasks/{id}:cancel");

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.NotFound, HttpStatusCode.OK), (seen.StatusCode, hidden.StatusCode, canceled.StatusCode));
        Assert.Equal("TASK_STATE_CANCELED", (await canceled.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("status").GetProperty("state").GetString());
    }

    private static Auth.DelegationContext Served(string caller, string subject, IReadOnlyList<string> actors, string transaction) => new(
        ChainManifest.IdOf(caller), ChainManifest.IdOf(subject), [.. actors.Select(ChainManifest.IdOf)], Auth.ScopeSet.Empty, transaction, null);

    private async Task<(HttpClient Client, string Token)> AsMiddleAsync(string person)
    {
        var middle = _mesh.Caller("middle");
        var asked = await _mesh.Caller(person).TokenAsync("middle", "middle.work");
        var token = await middle.TokenAsync("back", "back.read", asked);
        return (middle.WithToken(token), token);
    }

    private async Task<HttpClient> ClientAsync(string name)
    {
        var caller = _mesh.Caller(name);
        return caller.WithToken(await caller.TokenAsync("back", "back.read"));
    }

    private async Task<string> BeginAsync(HttpClient http, string? context = null)
    {
        using var response = await PostAsync(http, "wait", context: context);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return (await response.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("task").GetProperty("id").GetString()!;
    }

    private async Task<IEnumerable<string?>> ListAsync(HttpClient http, string context)
    {
        var page = await http.GetFromJsonAsync<JsonElement>(new Uri(_back.Address, $"a2a/tasks?contextId={context}"), Cancellation);
        return page.GetProperty("tasks").EnumerateArray().Select(task => task.GetProperty("id").GetString());
    }

    private Task<HttpResponseMessage> PostAsync(HttpClient http, string text, string? taskId = null, string? context = null) => http.PostAsJsonAsync(new Uri(_back.Address, "a2a/message:send"), new
    {
        message = new { messageId = Guid.NewGuid().ToString(), role = "ROLE_USER", taskId, contextId = context, parts = new[] { new { text } }, metadata = new { skill = "read" } },
    }, Cancellation);

    private async Task<HttpResponseMessage> SendAsync(HttpClient http, string method, string path)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(_back.Address, path));
        // A stream that should not have been opened has no end to wait for.
        return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
    }

    public ValueTask DisposeAsync() => _mesh.DisposeAsync();
}
