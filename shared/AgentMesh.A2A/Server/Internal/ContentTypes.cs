namespace AgentMesh.A2A.Internal;

/// <summary>The media types that the card says the agent takes; a part of another is refused.</summary>
internal sealed class ContentTypes
{
    private readonly HashSet<string> _taken;
    private readonly bool _any;

    public ContentTypes(AgentCard card)
    {
        _taken = new(card.DefaultInputModes.Concat(card.Skills.SelectMany(skill => skill.InputModes ?? [])), StringComparer.OrdinalIgnoreCase);
        _any = _taken.Count == 0 || _taken.Contains("*/*");
    }

    public void Check(Message message)
    {
        if (_any)
            return;
        foreach (var part in message.Parts)
        {
            var type = part.EffectiveMediaType.Split(';', 2)[0].Trim();
            if (!_taken.Contains(type) && !_taken.Contains($"{type.Split('/', 2)[0]}/*"))
                throw new A2AException(A2AErrorCode.ContentTypeNotSupported, $"The agent does not take {type}; it takes {string.Join(", ", _taken)}.");
        }
    }
}
