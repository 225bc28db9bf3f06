using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Unicode;
using AgentMesh.Manifest.Internal.Syntax;

namespace AgentMesh.Manifest.Internal.Reading;

/// <summary>Reads a manifest from bytes and reports everything that is wrong with it at once.</summary>
internal static class ManifestReader
{
    public static MeshManifest Read(ReadOnlySpan<byte> bytes, string file, string? path, string root)
    {
        var diagnostics = new DiagnosticBag(file);
        var content = ReadContent(bytes, file, diagnostics);
        if (content is null || diagnostics.HasErrors)
            throw new ManifestException(diagnostics.InOrder());

        ManifestWarnings.Add(content, diagnostics);
        var version = "sha256:" + Convert.ToHexStringLower(SHA256.HashData(bytes));
        return new(content, file, path, root, version, diagnostics.InOrder());
    }

    private static ManifestContent? ReadContent(ReadOnlySpan<byte> bytes, string file, DiagnosticBag diagnostics)
    {
        if (bytes.Length > Limits.FileBytes)
            throw ManifestFile.TooLarge(file);

        var text = bytes.StartsWith(Encoding.UTF8.Preamble) ? bytes[Encoding.UTF8.Preamble.Length..] : bytes;
        if (!Utf8.IsValid(text))
        {
            diagnostics.Error(ManifestPosition.Start, "The file is not UTF-8 text. A manifest is JSON; save it as UTF-8.");
            return null;
        }

        if (SyntaxReader.Read(text, diagnostics) is not { } root || !ObjectShape.Mesh.Check(root, diagnostics))
            return null;

        _ = Expect.Text(root, "$schema", diagnostics);
        var trustDomain = SpiffeIdSyntax.ReadTrustDomain(root, diagnostics);
        var scopes = new ScopesReader(diagnostics);
        scopes.Read(root);
        var reader = new PartiesReader(SpiffeIdTemplate.Read(root, trustDomain, diagnostics), diagnostics);
        var parties = reader.Read(root);
        var edges = new EdgesReader(parties, scopes, diagnostics).Read(reader.Callers);
        return new(trustDomain, LifetimesReader.Read(root, diagnostics), ReadMaxDepth(root, diagnostics), scopes.Scopes, parties, edges);
    }

    private static int ReadMaxDepth(SyntaxNode root, DiagnosticBag diagnostics)
    {
        if (root.Find("maxDepth") is not { } node || !Expect.Kind(node, SyntaxKind.Number, "\"maxDepth\"", diagnostics))
            return Limits.DefaultDepth;
        if (int.TryParse(node.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var depth) && depth is >= Limits.MinDepth and <= Limits.MaxDepth)
            return depth;

        diagnostics.Error(node.Position, $"\"maxDepth\" is a whole number from {Limits.MinDepth} to {Limits.MaxDepth}. Write for example {Limits.DefaultDepth}.");
        return Limits.DefaultDepth;
    }
}
