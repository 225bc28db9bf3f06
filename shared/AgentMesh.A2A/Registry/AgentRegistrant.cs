using System.Security.Cryptography;

namespace AgentMesh.A2A;

/// <summary>A party that may register one agent: itself.</summary>
/// <param name="Party">The identity, as the host authenticated it.</param>
/// <param name="Name">The name of the agent that the party is.</param>
/// <param name="IsOwnAddress">Whether a URL is one of the agent's own; its card may name no other.</param>
/// <param name="FindKey">The party's public key that a signature claims; <see langword="null"/> when it is none of the party's.</param>
public sealed record AgentRegistrant(string Party, string Name, Func<Uri, bool> IsOwnAddress, Func<AgentCardKeyClaim, ECDsa?> FindKey)
{
    /// <summary>Why a card is refused; <see langword="null"/> with the card when it is not.</summary>
    /// <param name="json">The card as it was sent.</param>
    /// <param name="card">The verified card.</param>
    public string? Refuse(ReadOnlyMemory<byte> json, out AgentCard? card)
    {
        card = null;
        if (AgentCardVerifier.Verify(json, FindKey, out var reason) is not { } verified)
            return reason;
        if (verified.Card.Name != Name)
            return $"The card is of {verified.Card.Name}, and {Party} is {Name}.";
        if (verified.Card.SupportedInterfaces.Count == 0)
            return "The card names no interface.";
        foreach (var each in verified.Card.SupportedInterfaces)
            if (!Uri.TryCreate(each.Url, UriKind.Absolute, out var url) || !IsOwnAddress(url))
                return $"The card names an interface that is not {Name}'s: {each.Url}.";
        if (verified.Card.Skills.DistinctBy(skill => skill.Id).Count() != verified.Card.Skills.Count)
            return "The card has two skills of the same id.";
        card = verified.Card;
        return null;
    }
}
