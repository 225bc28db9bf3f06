using System.Text;
using FsCheck;
using FsCheck.Xunit;

namespace AgentMesh.Manifest.Tests;

/// <summary>Whatever is read, the answer is a manifest or a <see cref="ManifestException"/> that points into the text.</summary>
public sealed class ParserProperties
{
    private static readonly string Good = File.ReadAllText(Repository.File("mesh.json"));
    private static readonly string[] Fragments =
        ["{", "}", "[", "]", ",", ":", "\"", "\"\"", "null", "true", "0", "-1", "1e99", "\\", "\n", "/*", "//", "\u0000", "é", "😀", "\ud800", "\\ud800",
         "\"when\": [], ", "\"trader\"", "\"local\"", "..", "/", "{name}", "\u001b[2J"];

    [Property(MaxTest = 2000)]
    public void Any_text_is_read_or_refused(string text) => AssertReadOrRefused(text ?? "");

    [Property(MaxTest = 2000)]
    public void Any_bytes_are_read_or_refused(byte[] bytes) => AssertReadOrRefused(Encoding.Latin1.GetString(bytes ?? []));

    [Property(MaxTest = 3000)]
    public void A_mutated_manifest_is_read_or_refused(PositiveInt seed, PositiveInt edits)
    {
        var random = new Random(seed.Get);
        var text = new StringBuilder(Good);
        for (var edit = 0; edit < 1 + edits.Get % 4; edit++)
        {
            var at = random.Next(text.Length);
            var length = Math.Min(random.Next(12), text.Length - at);
            switch (random.Next(4))
            {
                case 0:
                    text.Remove(at, length);
                    break;
                case 1:
                    text.Insert(at, Fragments[random.Next(Fragments.Length)]);
                    break;
                case 2:
                    text.Insert(random.Next(text.Length), text.ToString(at, length));
                    break;
                default:
                    text[at] = (char)random.Next(0x250);
                    break;
            }
        }

        AssertReadOrRefused(text.ToString());
    }

    [Property(MaxTest = 300)]
    public void A_truncated_manifest_is_refused(NonNegativeInt length) =>
        Assert.Throws<ManifestException>(() => MeshManifest.Parse(Good[..(length.Get * 7 % Good.LastIndexOf('}'))]));

    [Property(MaxTest = 1000)]
    public void Any_names_are_decided_without_failing(string caller, string callee, string scopes, string serving)
    {
        var decision = MeshManifest.Parse(Good).Decide(caller, callee, scopes, serving);

        Assert.False(decision.IsAllowed);
        Assert.NotEmpty(decision.ToString());
    }

    private static void AssertReadOrRefused(string text)
    {
        IReadOnlyList<ManifestDiagnostic> found;
        try
        {
            found = MeshManifest.Parse(text).Warnings;
        }
        catch (ManifestException exception)
        {
            found = exception.Diagnostics;
            Assert.Contains(found, diagnostic => diagnostic.IsError);
        }

        var lines = text.Split('\n');
        foreach (var diagnostic in found)
        {
            Assert.InRange(diagnostic.Line, 1, lines.Length);
            Assert.InRange(diagnostic.Column, 1, lines[diagnostic.Line - 1].Length + 1);
            Assert.DoesNotContain(diagnostic.Message, char.IsControl);
        }
    }
}
