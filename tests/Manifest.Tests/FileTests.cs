using System.Security.Cryptography;

namespace AgentMesh.Manifest.Tests;

public sealed class FileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mesh");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_missing_file_is_one_clear_error() => AssertRefused(Path.Combine(_folder.FullName, "none.json"), "There is no manifest at");

    [Fact]
    public void A_missing_folder_is_one_clear_error() => AssertRefused(Path.Combine(_folder.FullName, "no", "mesh.json"), "There is no manifest at");

    [Fact]
    public void A_folder_is_not_a_manifest() => AssertRefused(_folder.FullName, "This is a folder.");

    [Fact]
    public void An_empty_file_is_not_a_manifest() => AssertRefused(Write([]), "The file is empty.");

    [Fact]
    public void A_binary_file_is_not_a_manifest() => AssertRefused(Write([0x7f, 0x45, 0x4c, 0x46, 0xff, 0xfe, 0, 1]), "not UTF-8");

    [Fact]
    public void A_file_in_another_encoding_is_not_a_manifest() => AssertRefused(Write(System.Text.Encoding.Unicode.GetPreamble()), "not UTF-8");

    [Fact]
    public void A_huge_file_is_not_read_to_its_end() => AssertRefused(Write(new byte[16 * 1024 * 1024 + 1]), "larger than 16 MB");

    [Fact]
    public void An_endless_device_is_not_read_to_its_end()
    {
        Assert.SkipUnless(File.Exists("/dev/zero"), "This machine has no /dev/zero.");
        AssertRefused("/dev/zero", "larger than 16 MB");
    }

    [Fact]
    public void The_version_is_the_hash_of_the_files_bytes()
    {
        var text = Texts.With("\"maxDepth\": 4");
        var mesh = MeshManifest.Load(Write([0xef, 0xbb, 0xbf, .. System.Text.Encoding.UTF8.GetBytes(text)]));

        Assert.Equal("sha256:" + Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(mesh.Path!))), mesh.Version);
        Assert.NotEqual(mesh.Version, MeshManifest.Parse(text).Version);
        Assert.Equal(_folder.FullName, mesh.Root);
    }

    [Fact]
    public void A_text_has_no_path_and_the_current_directory_as_root()
    {
        var mesh = MeshManifest.Parse(Texts.With("\"maxDepth\": 4"));

        Assert.Null(mesh.Path);
        Assert.Equal(Environment.CurrentDirectory, mesh.Root);
    }

    private string Write(byte[] bytes)
    {
        var path = Path.Combine(_folder.FullName, "mesh.json");
        File.WriteAllBytes(path, bytes);
        return path;
    }

    private static void AssertRefused(string path, string says)
    {
        var error = Assert.Single(Assert.Throws<ManifestException>(() => MeshManifest.Load(path)).Diagnostics);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
        Assert.Equal((path, 1, 1), (error.File, error.Line, error.Column));
    }
}
