using System.Text.Json;
using AgentMesh.A2A.Internal;

namespace AgentMesh.A2A.Tests.Types;

public sealed class ProtoJsonTests
{
    private static AgentTask Task(string json) => JsonSerializer.Deserialize(json, A2AJson.Default.AgentTask)!;

    [Theory]
    [InlineData("\"TASK_STATE_AUTH_REQUIRED\"", TaskState.AuthRequired)]
    [InlineData("\"TASK_STATE_CANCELED\"", TaskState.Canceled)]
    [InlineData("8", TaskState.AuthRequired)]
    public void Enums_are_read_by_name_and_by_number_and_written_by_name(string json, TaskState state)
    {
        Assert.Equal(state, Task($$$"""{"id":"x","status":{"state":{{{json}}} } }""").Status.State);
        Assert.StartsWith("\"TASK_STATE_", JsonSerializer.Serialize(state, A2AJson.Default.TaskState));
    }

    [Theory]
    [InlineData("2026-01-02T03:04:05.678Z", "2026-01-02T03:04:05.678Z")]
    [InlineData("2026-01-02T03:04:05Z", "2026-01-02T03:04:05.000Z")]
    [InlineData("2026-01-02T03:04:05.123456789Z", "2026-01-02T03:04:05.123Z")]
    [InlineData("2026-01-02T03:04:05.5+02:00", "2026-01-02T01:04:05.500Z")]
    public void Timestamps_are_written_in_UTC_with_milliseconds(string given, string written)
    {
        var task = Task($$$"""{"id":"x","status":{"state":"TASK_STATE_WORKING","timestamp":"{{{given}}}"}}""");
        Assert.Contains($"\"timestamp\":\"{written}\"", JsonSerializer.Serialize(task, A2AJson.Default.AgentTask));
    }

    [Theory]
    [InlineData("\"yesterday\"")]
    [InlineData("\"2026-13-02T03:04:05Z\"")]
    [InlineData("\"2026-01-02\"")]
    [InlineData("\"2026-01-02T03:04:05.Z\"")]
    [InlineData("\"2026-01-02T03:04:05.1234567890Z\"")]
    [InlineData("5")]
    public void What_is_no_timestamp_is_refused(string json) =>
        Assert.Throws<JsonException>(() => Task($$$"""{"id":"x","status":{"timestamp":{{{json}}} } }"""));

    [Theory]
    [InlineData("""{"text":"x"}""")]
    [InlineData("""{"text":""}""")]
    [InlineData("""{"data":null}""")]
    [InlineData("""{"data":{"a":[1,2.50,"x"]},"mediaType":"application/json"}""")]
    [InlineData("""{"raw":"AP8=","mediaType":"image/png","filename":"f.png"}""")]
    [InlineData("""{"url":"https://x.example/","metadata":{"k":[null]}}""")]
    public void A_part_comes_back_as_it_was(string json)
    {
        var part = JsonSerializer.Deserialize(json, A2AJson.Default.Part)!;
        Assert.Equal(json, JsonSerializer.Serialize(part, A2AJson.Default.Part));
    }

    [Theory]
    [InlineData("-_8", new byte[] { 251, 255 })]
    [InlineData("-_8=", new byte[] { 251, 255 })]
    [InlineData("+/8=", new byte[] { 251, 255 })]
    [InlineData("", new byte[0])]
    public void Bytes_are_read_from_either_alphabet_of_base64(string text, byte[] expected)
    {
        var message = JsonSerializer.Deserialize($$"""{"parts":[{"raw":"{{text}}"}]}""", A2AJson.Default.Message)!;
        Assert.Equal(expected, message.Parts[0].Raw!.Value.ToArray());
    }

    [Fact]
    public void Members_that_are_absent_are_not_written()
    {
        var json = JsonSerializer.Serialize(new AgentTask { Id = "x", Status = new() { State = TaskState.Working } }, A2AJson.Default.AgentTask);
        Assert.Equal("""{"id":"x","status":{"state":"TASK_STATE_WORKING"}}""", json);
    }

    [Fact]
    public void Secrets_of_webhooks_are_not_printed()
    {
        var config = new TaskPushNotificationConfig { Id = "p", Url = "https://x.example/", Token = "tok-secret", Authentication = new() { Scheme = "Bearer", Credentials = "cred-secret" } };
        Assert.DoesNotContain("secret", $"{config} {config.Authentication}");
    }
}
