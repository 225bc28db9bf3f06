using System.Runtime.CompilerServices;

namespace AgentMesh.Manifest.Internal.Syntax;

/// <summary>Turns byte offsets that only grow into lines and columns, in one pass over the text however long its lines are.</summary>
internal ref struct TextCursor(ReadOnlySpan<byte> text)
{
    private readonly ReadOnlySpan<byte> _text = text;
    private int _offset;
    private int _line = 1;
    private int _column = 1;

    // A manifest is read once, at start: without this its every byte would pass through unoptimised code.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public ManifestPosition MoveTo(int offset)
    {
        foreach (var unit in _text[_offset..offset])
        {
            if (unit == (byte)'\n')
                (_line, _column) = (_line + 1, 1);
            else if (unit < 0xF0)
                _column += (unit & 0xC0) == 0x80 ? 0 : 1;
            else
                _column += 2; // Four bytes of UTF-8 are a surrogate pair.
        }

        _offset = offset;
        return new(_line, _column);
    }
}
