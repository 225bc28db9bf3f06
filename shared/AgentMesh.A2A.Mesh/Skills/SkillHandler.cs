using System.Text.Json;

namespace AgentMesh.A2A.Mesh;

/// <summary>A skill that takes one typed request and gives one typed result: data parts in, a data part out, no prose to parse.</summary>
/// <typeparam name="TRequest">What the message's data part holds.</typeparam>
/// <typeparam name="TResult">What the artifact's data part holds.</typeparam>
public abstract class SkillHandler<TRequest, TResult> : ISkillHandler
    where TRequest : class
{
    /// <summary>The id of the artifact with the result.</summary>
    public const string ArtifactId = "result";

    /// <inheritdoc/>
    public async Task ExecuteAsync(AgentTaskContext task, CancellationToken cancellationToken)
    {
        var result = await RunAsync(Read(task.Message), task, cancellationToken).ConfigureAwait(false);
        var words = InWords(result);
        Part[] parts = [Part.FromData(JsonSerializer.SerializeToElement(result, SkillJson.Options)), .. words is null ? [] : new[] { Part.FromText(words) }];
        await task.AddArtifactAsync(new() { ArtifactId = ArtifactId, Name = typeof(TResult).Name, Parts = parts }).ConfigureAwait(false);
        await task.CompleteAsync().ConfigureAwait(false);
    }

    /// <summary>Does the work.</summary>
    /// <param name="request">The request.</param>
    /// <param name="task">For progress, and for what is known about the task.</param>
    /// <param name="cancellationToken">Fires when the task is canceled or the agent stops.</param>
    /// <exception cref="SkillException">There is no result, for a reason that the caller may read.</exception>
    protected abstract Task<TResult> RunAsync(TRequest request, AgentTaskContext task, CancellationToken cancellationToken);

    /// <summary>The result for a person who reads; null, the default: the data says it all.</summary>
    /// <param name="result">The result.</param>
    protected virtual string? InWords(TResult result) => null;

    /// <summary>The request in a message: its first data part.</summary>
    /// <param name="message">The message.</param>
    /// <exception cref="SkillException">There is none, or it does not fit.</exception>
    protected virtual TRequest Read(Message message)
    {
        ArgumentNullException.ThrowIfNull(message);
        var data = message.Parts.FirstOrDefault(part => part.Data is not null)?.Data
            ?? throw SkillException.BadRequest("The message has no data part: this skill takes its request as JSON.");
        try
        {
            return data.Deserialize<TRequest>(SkillJson.Options) ?? throw SkillException.BadRequest("The message's data part is null.");
        }
        catch (JsonException fault)
        {
            throw SkillException.BadRequest($"The message's data part does not fit: {(fault.Path is { Length: > 0 } path ? $"see {path}" : "it is not the JSON that this skill takes")}.");
        }
    }
}
