using System.Text;

namespace AgentMesh.Manifest.Internal.Syntax;

/// <summary>Turns byte offsets that only grow into lines and columns, in one pass over the text however long its lines are.</summary>
internal ref struct TextCursor(ReadOnlySpan<byte> text)
{
    private readonly ReadOnlySpan<byte> _text = text;
    private int _offset;
    private int _line = 1;
    private int _column = 1;

    public ManifestPosition MoveTo(int offset)
    {
        var passed = _text[_offset..offset];
        var newLines = passed.Count((byte)'\n');
        if (newLines > 0)
        {
            _line += newLines;
            _column = 1;
            passed = passed[(passed.LastIndexOf((byte)'\n') + 1)..];
        }

        _column += Encoding.UTF8.GetCharCount(passed);
        _offset = offset;
        return new(_line, _column);
    }
}
