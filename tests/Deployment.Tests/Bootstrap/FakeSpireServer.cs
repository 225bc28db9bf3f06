using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using AgentMesh.Deployment.Processes;
using AgentMesh.Deployment.Spire;
using AgentMesh.Deployment.Spire.Bootstrap;

namespace AgentMesh.Deployment.Tests.Bootstrap;

/// <summary>
/// An executable that is called as <c>spire-server</c> is, writes down each call and answers from files: what SPIRE 1.15.3 prints for the
/// same command.
/// </summary>
internal sealed class FakeSpireServer : IDisposable
{
    public const string AgentId = "spiffe://bank.example/node/apphost";
    public const string Token = "5a1b0f9c-7c39-4d4a-9a53-3d7f9f0a1a10";

    private const string Body = """
        here=$(dirname "$0")
        echo "$*" >> "$here/calls"
        case "$1 $2" in
          "bundle show")
            if [ -s "$here/starting" ]; then
              tail -n +2 "$here/starting" > "$here/starting.left"; mv "$here/starting.left" "$here/starting"
              echo "Error: connection error: desc = \"transport: error while dialing\"" >&2; exit 1
            fi
            cat "$here/bundle" ;;
          "token generate") cat "$here/token" ;;
          "agent list") cat "$here/agents" ;;
          "entry show") cat "$here/entries" ;;
          "entry create")
            if [ -f "$here/refuse" ]; then echo "Failed to create the following entry (code: InvalidArgument)" >&2; exit 1; fi
            cp "$4" "$here/created" ;;
          "entry delete"|"entry update") ;;
          *) echo "unknown command" >&2; exit 1 ;;
        esac
        """;

    private readonly TemporaryFolder _folder = new();

    public FakeSpireServer()
    {
        Folders = new SpireFolders(Path.Combine(_folder.Path, "spire"));
        Folders.Create();
        var script = _folder.Script("spire-server", Body);
        Cli = new SpireServerCli(new Command(script), "/private/api.sock");
        Answer("bundle", Certificate());
        Answer("token", $$"""{"value":"{{Token}}","expires_at":"1790000000"}""");
        HasAgents();
        HasEntries();
    }

    public SpireFolders Folders { get; }

    public SpireServerCli Cli { get; }

    public SpireBootstrap Bootstrap => new(Cli, Folders, Path.Combine(Folders.ServerConfiguration, "entries.json"), TimeProvider.System);

    public IReadOnlyList<string> Calls => File.Exists(In("calls")) ? File.ReadAllLines(In("calls")) : [];

    /// <summary>What <c>entry create -data</c> was given.</summary>
    public string? Created => File.Exists(In("created")) ? File.ReadAllText(In("created")) : null;

    public string Bundle => File.ReadAllText(In("bundle"));

    public void Answer(string file, string content) => File.WriteAllText(In(file), content);

    public void IsStartingFor(int calls) => Answer("starting", string.Concat(Enumerable.Repeat("x\n", calls)));

    public void HasAgents(params (string Token, TimeSpan Left, bool Banned)[] agents) => Answer("agents", JsonSerializer.Serialize(new
    {
        agents = agents.Select(agent => new
        {
            id = new { trust_domain = "bank.example", path = "/spire/agent/join_token/" + agent.Token },
            attestation_type = "join_token",
            x509svid_expires_at = (TimeProvider.System.GetUtcNow() + agent.Left).ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture),
            banned = agent.Banned,
        }),
        next_page_token = "",
    }));

    public void HasEntries(params RegistrationEntry[] entries) => Answer("entries", JsonSerializer.Serialize(new
    {
        entries = entries.Select((entry, i) => new
        {
            id = $"entry-{i}",
            spiffe_id = Id(entry.SpiffeId),
            parent_id = Id(entry.ParentId),
            selectors = entry.Selectors.Reverse().Select(selector => new { type = selector.Type, value = selector.Value }),
            x509_svid_ttl = entry.X509SvidTtl,
            jwt_svid_ttl = entry.JwtSvidTtl,
            revision_number = "0",
        }),
        next_page_token = "",
    }));

    public void Forget() => File.Delete(In("calls"));

    public void Dispose() => _folder.Dispose();

    private string In(string file) => Path.Combine(_folder.Path, file);

    private static object Id(string spiffeId)
    {
        var uri = new Uri(spiffeId);
        return new { trust_domain = uri.Host, path = uri.AbsolutePath };
    }

    private static string Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = new CertificateRequest("O=SPIFFE", key, HashAlgorithmName.SHA256).CreateSelfSigned(now, now.AddDays(1));
        return certificate.ExportCertificatePem() + "\n";
    }
}
