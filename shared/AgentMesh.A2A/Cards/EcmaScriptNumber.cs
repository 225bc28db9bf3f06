using System.Globalization;

namespace AgentMesh.A2A;

/// <summary>A double as ECMAScript prints it (ECMA-262 Number::toString, RFC 8785 §3.2.2.3): the shortest digits that round-trip.</summary>
internal static class EcmaScriptNumber
{
    public static string Format(double value)
    {
        if (!double.IsFinite(value))
            throw new FormatException("A number is too large for a double.");
        if (value == 0)
            return "0";
        // "R" gives the shortest digits that round-trip, but in one of two layouts; take digits and exponent from it.
        var shortest = Math.Abs(value).ToString("R", CultureInfo.InvariantCulture);
        var (digits, point) = Split(shortest);
        var sign = value < 0 ? "-" : "";
        var count = digits.Length;
        if (count <= point && point <= 21)
            return sign + digits + new string('0', point - count);
        if (point is > 0 and <= 21)
            return $"{sign}{digits[..point]}.{digits[point..]}";
        if (point is > -6 and <= 0)
            return $"{sign}0.{new string('0', -point)}{digits}";
        var exponent = point - 1;
        var fraction = count == 1 ? "" : "." + digits[1..];
        return string.Create(CultureInfo.InvariantCulture, $"{sign}{digits[0]}{fraction}e{(exponent < 0 ? "-" : "+")}{Math.Abs(exponent)}");
    }

    /// <summary>The significant digits, and where the point is: value = 0.digits × 10^point.</summary>
    private static (string Digits, int Point) Split(string text)
    {
        var exponent = 0;
        var e = text.IndexOf('E', StringComparison.Ordinal);
        if (e >= 0)
        {
            exponent = int.Parse(text.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
            text = text[..e];
        }
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        var whole = dot < 0 ? text : text[..dot];
        var all = dot < 0 ? text : whole + text[(dot + 1)..];
        var leading = all.Length - all.TrimStart('0').Length;
        return (all[leading..].TrimEnd('0'), whole.Length - leading + exponent);
    }
}
