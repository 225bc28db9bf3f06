using Microsoft.AspNetCore.Http;

namespace AgentMesh.A2A.Internal;

/// <summary><c>GetExtendedAgentCard</c> (A2A §3.1.11).</summary>
internal static class ExtendedCard
{
    public static async ValueTask<AgentCard> GetAsync(A2AServerOptions options, HttpContext context)
    {
        if (options.Card!.Capabilities.ExtendedAgentCard != true)
            throw new A2AException(A2AErrorCode.UnsupportedOperation, "The agent has no extended card.");
        var card = options.ExtendedCard is { } find ? await find(context, context.RequestAborted).ConfigureAwait(false) : null;
        if (card is null)
            throw new A2AException(A2AErrorCode.ExtendedAgentCardNotConfigured);
        return options.CardSigner is { } signer ? signer().Sign(card) : card;
    }
}
