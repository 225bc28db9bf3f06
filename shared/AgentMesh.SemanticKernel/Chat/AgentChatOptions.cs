using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace AgentMesh.SemanticKernel.Chat;

/// <summary>Bounds of one question to a model: the configuration section <c>Chat</c>.</summary>
public sealed class AgentChatOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Chat";

    /// <summary>How often the model may be asked again after its functions ran, 1 to 50. Default 6.</summary>
    [Range(1, 50, ErrorMessage = "Chat:MaximumRounds must be from 1 to 50.")]
    public int MaximumRounds { get; set; } = 6;

    /// <summary>How many functions may run for one question, 1 to 200. Default 20.</summary>
    [Range(1, 200, ErrorMessage = "Chat:MaximumCalls must be from 1 to 200.")]
    public int MaximumCalls { get; set; } = 20;

    /// <summary>How long one question may take, its functions included: 1 second to 10 minutes. Default 60 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00", ErrorMessage = "Chat:Timeout must be from 00:00:01 to 00:10:00.")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(60);
}

[OptionsValidator]
internal sealed partial class AgentChatOptionsValidator : IValidateOptions<AgentChatOptions>;
