using System.Diagnostics;
using AgentMesh.SemanticKernel.Models;
using AgentMesh.SemanticKernel.Tools;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Microsoft.SemanticKernel;
using Microsoft.SemanticKernel.ChatCompletion;

namespace AgentMesh.SemanticKernel.Chat;

/// <summary>Asks the configured model, and runs the kernel functions that it chooses, within <see cref="AgentChatOptions"/>.</summary>
public sealed class AgentChat
{
    private readonly IChatCompletionService _service;
    private readonly ModelSettings _settings;
    private readonly ToolParty _party;
    private readonly AgentChatOptions _options;
    private readonly TimeProvider _time;

    internal AgentChat(IChatClient model, ModelSettings settings, ToolParty party, AgentChatOptions options, TimeProvider time, ILoggerFactory loggers)
    {
        (_settings, _party, _options, _time) = (settings, party, options, time);
        var client = model.AsBuilder()
            .UseKernelFunctionInvocation(loggers)
            .Use(ModelBoundary.HideActivitySource)
            .UseOpenTelemetry(loggers, configure: c => c.EnableSensitiveData = false)
            .Use(inner => new ModelBoundary(inner, settings, loggers.CreateLogger<ModelBoundary>()))
            .Build();
        client.GetRequiredService<FunctionInvokingChatClient>().MaximumIterationsPerRequest = options.MaximumRounds;
        _service = client.AsChatCompletionService();
    }

    /// <summary>Asks about the history's last message. The kernel's plugins are what the model may choose from.</summary>
    /// <exception cref="ModelException">The model failed, took too long, or never came to an answer.</exception>
    public async Task<AgentReply> AskAsync(Kernel kernel, ChatHistory history, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(kernel);
        ArgumentNullException.ThrowIfNull(history);
        using var activity = ToolTelemetry.StartAgent(_party, _settings);
        using var timeout = new CancellationTokenSource(_options.Timeout, _time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        kernel.AutoFunctionInvocationFilters.Add(new ToolBudgetFilter(_options.MaximumCalls));
        var settings = new PromptExecutionSettings { FunctionChoiceBehavior = FunctionChoiceBehavior.Auto() };
        try
        {
            var reply = await _service.GetChatMessageContentAsync(history, settings, kernel, linked.Token);
            return string.IsNullOrWhiteSpace(reply.Content)
                ? throw new ModelException(_settings.Name.ToString(), "gave no answer in words", $"Mesh:Model, Chat:MaximumRounds ({_options.MaximumRounds}) and Chat:MaximumCalls ({_options.MaximumCalls})")
                : new AgentReply(reply.Content, reply.ModelId ?? _settings.Name.ToString());
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            activity?.SetStatus(ActivityStatusCode.Error, "timeout").SetTag("error.type", "timeout");
            throw new ModelException(_settings.Name.ToString(), $"did not come to an answer within {_options.Timeout}", $"Chat:Timeout, {_settings.Settings}");
        }
        catch (ModelException)
        {
            activity?.SetStatus(ActivityStatusCode.Error, "model_failed").SetTag("error.type", "model_failed");
            throw;
        }
        finally
        {
            ToolTelemetry.NameAgent(activity, _party);
        }
    }
}
