using System.Text;

namespace AgentMesh.Manifest.Internal.Reading;

/// <summary>Gets the manifest's bytes, or says in one message why it cannot.</summary>
internal static class ManifestFile
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static byte[] ReadAllBytes(string path, string named)
    {
        if (Directory.Exists(path))
            throw new ManifestException(named, "This is a folder. Name the manifest's file in it, for example mesh.json.");
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var bytes = new MemoryStream();
            // Not file.Length: a device or a pipe has none, and might never end.
            var buffer = new byte[81920];
            for (var read = file.Read(buffer); read > 0; read = file.Read(buffer))
            {
                bytes.Write(buffer, 0, read);
                if (bytes.Length > Limits.FileBytes)
                    throw TooLarge(named);
            }

            return bytes.ToArray();
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ManifestException(named, $"There is no manifest at {Quote.Clean(path)}. Name an existing file, or run where mesh.json is.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new ManifestException(named, $"The manifest cannot be read: {Quote.Clean(exception.Message)} Check the path and the file's permissions.");
        }
    }

    public static byte[] Encode(string json, string named)
    {
        if (json.Length > Limits.FileBytes)
            throw TooLarge(named);
        try
        {
            return Strict.GetBytes(json);
        }
        catch (EncoderFallbackException exception)
        {
            var before = json.AsSpan(0, exception.Index);
            var at = new ManifestPosition(before.Count('\n') + 1, before.Length - before.LastIndexOf('\n'));
            throw new ManifestException([new(named, at.Line, at.Column, IsError: true,
                "The text holds half of a surrogate pair here. Write the character itself.")]);
        }
    }

    public static ManifestException TooLarge(string named) =>
        new(named, $"The manifest is larger than {Limits.FileBytes / 1024 / 1024} MB. Is this the right file?");
}
