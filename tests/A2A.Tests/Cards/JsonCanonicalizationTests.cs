using System.Text;
using System.Text.Json;

namespace AgentMesh.A2A.Tests.Cards;

/// <summary>RFC 8785, by vectors made from its rules.</summary>
public sealed class JsonCanonicalizationTests
{
    private static string Canonical(string json) =>
        Encoding.UTF8.GetString(JsonCanonicalization.Canonicalize(JsonElement.Parse(json)));

    /// <summary>IEEE 754 bits and what ECMAScript prints for them; among them the edges that RFC 8785 appendix B is about.</summary>
    [Theory]
    [InlineData(0x0000000000000000, "0")]
    [InlineData(0x8000000000000000, "0")]
    [InlineData(0x0000000000000001, "5e-324")]
    [InlineData(0x8000000000000001, "-5e-324")]
    [InlineData(0x7fefffffffffffff, "1.7976931348623157e+308")]
    [InlineData(0xffefffffffffffff, "-1.7976931348623157e+308")]
    [InlineData(0x4340000000000000, "9007199254740992")]
    [InlineData(0xc340000000000000, "-9007199254740992")]
    [InlineData(0x4430000000000000, "295147905179352830000")]
    [InlineData(0x44b52d02c7e14af5, "9.999999999999997e+22")]
    [InlineData(0x44b52d02c7e14af6, "1e+23")]
    [InlineData(0x44b52d02c7e14af7, "1.0000000000000001e+23")]
    [InlineData(0x444b1ae4d6e2ef4e, "999999999999999700000")]
    [InlineData(0x444b1ae4d6e2ef4f, "999999999999999900000")]
    [InlineData(0x444b1ae4d6e2ef50, "1e+21")]
    [InlineData(0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7")]
    [InlineData(0x3eb0c6f7a0b5ed8d, "0.000001")]
    [InlineData(0x41b3de4355555553, "333333333.3333332")]
    [InlineData(0x41b3de4355555556, "333333333.3333334")]
    [InlineData(0x41b3de4355555557, "333333333.33333343")]
    [InlineData(0xbecbf647612f3696, "-0.0000033333333333333333")]
    [InlineData(0x43143ff3c1cb0959, "1424953923781206.2")]
    public void Numbers_are_printed_as_ECMAScript_does(ulong bits, string expected)
    {
        var value = BitConverter.UInt64BitsToDouble(bits);
        Assert.Equal(expected, Canonical(value.ToString("R", System.Globalization.CultureInfo.InvariantCulture)));
        Assert.Equal(value, double.Parse(expected, System.Globalization.CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData("1.0", "1")]
    [InlineData("-0.0", "0")]
    [InlineData("1E2", "100")]
    [InlineData("0.000001", "0.000001")]
    [InlineData("1e-7", "1e-7")]
    [InlineData("123456789012345678", "123456789012345680")]
    [InlineData("4.50", "4.5")]
    [InlineData("2e-3", "0.002")]
    public void Equal_numbers_have_one_form(string json, string expected) => Assert.Equal(expected, Canonical(json));

    [Theory]
    [InlineData("\"\\u20ac$\\u000f\\nA'B\\\"\\\\\\\\\\\"\\/\"", "\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"")]
    [InlineData("\"\\b\\t\\n\\f\\r\\u0000\\u001f\\u007f\"", "\"\\b\\t\\n\\f\\r\\u0000\\u001f\u007f\"")]
    [InlineData("\"\\u2028\\u003c\\u0026\"", "\"\u2028<&\"")]
    [InlineData("\"\\ud83d\\ude02\"", "\"😂\"")]
    public void Strings_escape_what_must_be_and_nothing_else(string json, string expected) => Assert.Equal(expected, Canonical(json));

    [Fact]
    public void Members_are_ordered_by_UTF_16_code_units()
    {
        const string Json = """{"\u20ac":1,"\r":2,"\ufb33":3,"1":4,"\ud83d\ude00":5,"\u0080":6,"\u00f6":7}""";
        var names = JsonElement.Parse(Canonical(Json)).EnumerateObject().Select(member => member.Name);
        Assert.Equal(["\r", "1", "\u0080", "\u00f6", "\u20ac", "\ud83d\ude00", "\ufb33"], names);
    }

    [Fact]
    public void Space_goes_and_order_of_lists_stays() =>
        Assert.Equal("""{"a":[3,1,{"x":null,"y":[]}],"b":{}}""", Canonical(""" { "b" : { } , "a" : [ 3 , 1 , { "y" : [ ] , "x" : null } ] } """));

    [Theory]
    [InlineData("1e400")]
    [InlineData("\"\\ud800\"")]
    [InlineData("{\"\\udc00\":1}")]
    [InlineData("{\"a\":1,\"a\":2}")]
    public void What_has_no_canonical_form_is_refused(string json) => Assert.Throws<FormatException>(() => Canonical(json));

    [Fact]
    public void Canonicalizing_twice_changes_nothing()
    {
        const string Json = """{"z":[1e21,0.1,-1.5e-9,"\u00e9\n"],"a":{"c":true,"b":false}}""";
        Assert.Equal(Canonical(Json), Canonical(Canonical(Json)));
    }
}
