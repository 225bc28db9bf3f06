using System.Reflection;
using AgentMesh.Testing;

namespace AgentMesh.Attacks.Tests.Threats;

/// <summary><c>docs/threats.md</c> lists every attack with its tests, and no test that there is not.</summary>
public sealed class ThreatTableTests
{
    private static readonly string Document = Path.Combine(Repository.Root, "docs", "threats.md");

    [Fact]
    public void The_document_is_what_the_tests_say_now()
    {
        var written = ThreatTable.Write(ThreatTable.Read(), MarkedTest.FindAll(Repository.Root));
        if (Environment.GetEnvironmentVariable("UPDATE_SNAPSHOTS") == "1")
            File.WriteAllText(Document, written);

        Assert.Equal(File.ReadAllText(Document).ReplaceLineEndings("\n"), written);
    }

    [Fact]
    public void Every_threat_has_a_test_that_makes_it_or_says_why_there_is_none()
    {
        var threats = ThreatTable.Read();
        var attacks = MarkedTest.FindAll(Repository.Root).Where(test => test.IsAttack).Select(test => test.Threat).ToHashSet(StringComparer.Ordinal);

        Assert.Equal(Enumerable.Range(1, 40).Select(number => $"T{number:00}"), threats.Select(threat => threat.Id));
        foreach (var threat in threats)
            Assert.True(attacks.Contains(threat.Id) == threat.Missing is null, threat.Missing is null ? $"No test is marked [Threat(\"{threat.Id}\")]." : $"{threat.Id} has a test: take \"missing\" out.");
    }

    [Fact]
    public void Every_mark_names_a_threat_that_there_is()
    {
        var known = ThreatTable.Read().Select(threat => threat.Id).ToHashSet(StringComparer.Ordinal);

        Assert.DoesNotContain(MarkedTest.FindAll(Repository.Root), test => !known.Contains(test.Threat));
    }

    [Fact]
    public void What_is_read_from_the_text_is_what_the_compiler_read()
    {
        var compiled =
            from type in typeof(ThreatTableTests).Assembly.GetTypes()
            from member in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly).Prepend<MemberInfo>(type)
            from id in member.GetCustomAttribute<ThreatAttribute>()?.Ids ?? []
            select $"{type.Name} {(member as MethodInfo)?.Name} {id}";

        Assert.Equal(
            compiled.Order(StringComparer.Ordinal),
            MarkedTest.FindAll(Repository.Root).Where(test => test.IsAttack && test.File.StartsWith("tests/Attacks/", StringComparison.Ordinal)).Select(test => $"{test.Class} {test.Method} {test.Threat}").Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("[Threat(\"T01\")]\npublic sealed class A(B b)\n{", "A  T01 True")]
    [InlineData("public sealed class A\n{\n    [Theory, Threat(\"T01\")]\n    [InlineData(1)]\n    public async Task It_fails(int n)", "A It_fails T01 True")]
    [InlineData("public sealed class A\n{\n    [Fact]\n    [Proves(\"X1\", \"T02\")]\n    public void It_fails() =>", "A It_fails T02 False")]
    [InlineData("public sealed class A\n{\n    [Fact]\n    public void It_fails() =>\n        Assert.Equal(\"T02\", Threat(\"T03\"));", null)]
    public void Marks_belong_to_the_class_or_test_that_they_stand_above(string text, string? expected) =>
        Assert.Equal(expected, MarkedTest.FindIn("a.cs", text.Split('\n')).Select(test => $"{test.Class} {test.Method} {test.Threat} {test.IsAttack}").SingleOrDefault());
}
