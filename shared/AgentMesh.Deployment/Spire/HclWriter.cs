using System.Globalization;
using System.Text;

namespace AgentMesh.Deployment.Spire;

/// <summary>Writes the subset of HCL that SPIRE's configuration files use: nested blocks, strings, numbers and booleans.</summary>
internal sealed class HclWriter
{
    private readonly StringBuilder _text = new();
    private int _depth;

    public HclWriter Block(string header, Action<HclWriter> body)
    {
        Line(header + " {");
        _depth++;
        body(this);
        _depth--;
        return Line("}");
    }

    public HclWriter Set(string name, string value) => Line($"{name} = {Quote(value)}");

    public HclWriter Set(string name, IEnumerable<string> values) => Line($"{name} = [{string.Join(", ", values.Select(Quote))}]");

    public HclWriter Set(string name, bool value) => Line($"{name} = {(value ? "true" : "false")}");

    public HclWriter Set(string name, int value) => Line($"{name} = {value.ToString(CultureInfo.InvariantCulture)}");

    /// <summary>A duration in Go's notation, whole seconds.</summary>
    public HclWriter Set(string name, TimeSpan value) =>
        Set(name, string.Create(CultureInfo.InvariantCulture, $"{(long)value.TotalSeconds}s"));

    public override string ToString() => _text.ToString();

    private HclWriter Line(string text)
    {
        _text.Append(' ', _depth * 2).Append(text).Append('\n');
        return this;
    }

    private static string Quote(string value)
    {
        if (value.AsSpan().IndexOfAnyInRange('\0', '\u001f') >= 0 || value.Contains("${", StringComparison.Ordinal))
        {
            throw new ArgumentException($"'{value}' cannot be written to a SPIRE configuration file: it has a control character or '${{'.");
        }

        return "\"" + value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + "\"";
    }
}
