using System.Buffers;
using System.Text;
using System.Text.Json;

namespace AgentMesh.A2A;

/// <summary>The JSON Canonicalization Scheme (RFC 8785): one text for equal JSON, to be signed.</summary>
public static class JsonCanonicalization
{
    /// <summary>The canonical form as UTF-8.</summary>
    /// <exception cref="FormatException">
    /// The JSON has no canonical form: a duplicate member, a number that a double cannot hold, or a lone surrogate (RFC 8785 §3.2.2, RFC 7493).
    /// </exception>
    public static byte[] Canonicalize(JsonElement element)
    {
        var output = new ArrayBufferWriter<byte>();
        Write(output, element);
        return output.WrittenSpan.ToArray();
    }

    private static void Write(ArrayBufferWriter<byte> output, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                WriteObject(output, element);
                break;
            case JsonValueKind.Array:
                var next = false;
                output.Write("["u8);
                foreach (var item in element.EnumerateArray())
                {
                    if (next)
                        output.Write(","u8);
                    Write(output, item);
                    next = true;
                }
                output.Write("]"u8);
                break;
            case JsonValueKind.String:
                WriteString(output, Text(element));
                break;
            case JsonValueKind.Number:
                output.Write(Encoding.ASCII.GetBytes(EcmaScriptNumber.Format(element.GetDouble())));
                break;
            case JsonValueKind.True:
                output.Write("true"u8);
                break;
            case JsonValueKind.False:
                output.Write("false"u8);
                break;
            case JsonValueKind.Null:
                output.Write("null"u8);
                break;
            default:
                throw new FormatException("There is no JSON value.");
        }
    }

    /// <summary>Members are ordered by their names' UTF-16 code units (RFC 8785 §3.2.3), which is what ordinal comparison does.</summary>
    private static void WriteObject(ArrayBufferWriter<byte> output, JsonElement element)
    {
        var members = element.EnumerateObject().Select(member => (Name: Name(member), member.Value)).ToList();
        members.Sort(static (left, right) => string.CompareOrdinal(left.Name, right.Name));
        output.Write("{"u8);
        for (var i = 0; i < members.Count; i++)
        {
            if (i > 0)
            {
                if (members[i].Name == members[i - 1].Name)
                    throw new FormatException($"The member {members[i].Name} is there twice.");
                output.Write(","u8);
            }
            WriteString(output, members[i].Name);
            output.Write(":"u8);
            Write(output, members[i].Value);
        }
        output.Write("}"u8);
    }

    private static void WriteString(ArrayBufferWriter<byte> output, string text)
    {
        var canonical = new StringBuilder(text.Length + 2).Append('"');
        for (var i = 0; i < text.Length; i++)
        {
            var unit = text[i];
            if (char.IsSurrogate(unit) && !(char.IsHighSurrogate(unit) ? i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]) : i > 0 && char.IsHighSurrogate(text[i - 1])))
                throw new FormatException("A string has a lone surrogate.");
            _ = unit switch
            {
                '"' => canonical.Append("\\\""),
                '\\' => canonical.Append("\\\\"),
                '\b' => canonical.Append("\\b"),
                '\f' => canonical.Append("\\f"),
                '\n' => canonical.Append("\\n"),
                '\r' => canonical.Append("\\r"),
                '\t' => canonical.Append("\\t"),
                < ' ' => canonical.Append("\\u00").Append(((int)unit).ToString("x2", System.Globalization.CultureInfo.InvariantCulture)),
                _ => canonical.Append(unit),
            };
        }
        output.Write(Encoding.UTF8.GetBytes(canonical.Append('"').ToString()));
    }

    private static string Text(JsonElement element)
    {
        try
        {
            return element.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw new FormatException("A string has a lone surrogate.");
        }
    }

    private static string Name(JsonProperty member)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException)
        {
            throw new FormatException("A member's name has a lone surrogate.");
        }
    }
}
