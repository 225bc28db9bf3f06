using Microsoft.Extensions.DependencyInjection;

namespace AgentMesh.SemanticKernel.Chat;

/// <summary>Bounds of one question to a model: the configuration section <c>Chat</c>.</summary>
public sealed class AgentChatOptions
{
    private static readonly TimeSpan ShortestTimeout = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromMinutes(10);

    /// <summary>How often the model may be asked again after its functions ran, 1 to 50. Default 6.</summary>
    public int MaximumRounds { get; set; } = 6;

    /// <summary>How many functions may run for one question, 1 to 200. Default 20.</summary>
    public int MaximumCalls { get; set; } = 20;

    /// <summary>How long one question may take, its functions included: 1 second to 10 minutes. Default 60 seconds.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(60);

    internal static void Add(IServiceCollection services) => services.AddOptions<AgentChatOptions>()
        .BindConfiguration("Chat")
        .Validate(o => o.MaximumRounds is >= 1 and <= 50, "Chat:MaximumRounds must be from 1 to 50.")
        .Validate(o => o.MaximumCalls is >= 1 and <= 200, "Chat:MaximumCalls must be from 1 to 200.")
        .Validate(o => o.Timeout >= ShortestTimeout && o.Timeout <= LongestTimeout, "Chat:Timeout must be from 00:00:01 to 00:10:00.")
        .ValidateOnStart();
}
