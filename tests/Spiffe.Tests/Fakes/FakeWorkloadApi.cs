using AgentMesh.Spiffe.Protocol;
using AgentMesh.Testing;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AgentMesh.Spiffe.Tests.Fakes;

/// <summary>
/// A Workload API on a real Unix socket that says what a test tells it to: proper states, broken messages, refusals, hang-ups.
/// It attests nobody; <c>services/WorkloadApi</c> is the one that does.
/// </summary>
public sealed class FakeWorkloadApi : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("spiffe-").FullName;
    private WebApplication? _app;

    public FakeWorkloadApi() => Socket = Path.Combine(_folder, "w.sock");

    public string Socket { get; }

    public string EndpointSocket => "unix://" + Socket;

    public StreamScript<X509SVIDResponse> X509 { get; } = new();

    public StreamScript<JWTBundlesResponse> JwtBundles { get; } = new();

    public StreamScript<X509BundlesResponse> X509Bundles { get; } = new();

    /// <summary>Answers FetchJWTSVID.</summary>
    public Func<JWTSVIDRequest, Task<JWTSVIDResponse>> FetchJwt { get; set; } =
        static _ => throw new RpcException(new Status(StatusCode.PermissionDenied, "no identity issued"));

    /// <summary>Answers ValidateJWTSVID.</summary>
    public Func<ValidateJWTSVIDRequest, ValidateJWTSVIDResponse> Validate { get; set; } =
        static _ => throw new RpcException(new Status(StatusCode.InvalidArgument, "invalid"));

    public WorkloadApiClientOptions Options => new() { EndpointSocket = EndpointSocket };

    public static async Task<FakeWorkloadApi> StartAsync()
    {
        var api = new FakeWorkloadApi();
        await api.ListenAsync();
        return api;
    }

    /// <summary>Begins to listen, or does so again after <see cref="StopAsync"/>.</summary>
    public async Task ListenAsync()
    {
        File.Delete(Socket);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(this);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(Socket, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.Configure<Microsoft.Extensions.Hosting.HostOptions>(static o => o.ShutdownTimeout = TimeSpan.FromMilliseconds(50));
        _app = builder.Build();
        _app.MapGrpcService<FakeWorkloadApiService>();
        await _app.StartAsync();
    }

    /// <summary>Goes away as a crashed server does.</summary>
    public async Task StopAsync()
    {
        if (_app is null)
            return;
        await _app.DisposeAsync();
        _app = null;
    }

    /// <summary>Serves these identities with the authority's bundles, and JWT-SVIDs for the first.</summary>
    public void Serve(TestAuthority authority, params IssuedCertificate[] identities)
    {
        X509.Push(Message(authority, identities));
        JwtBundles.Push(new JWTBundlesResponse { Bundles = { [authority.TrustDomain.Id.ToString()] = ByteString.CopyFrom(authority.JwtBundle.ToJson(use: null)) } });
        var first = X509SvidValidator.ReadId(identities[0].Leaf).Id!;
        FetchJwt = request =>
        {
            var id = request.SpiffeId.Length == 0 ? first : SpiffeId.Parse(request.SpiffeId);
            var token = authority.IssueJwt(id, request.Audience.Single());
            return Task.FromResult(new JWTSVIDResponse { Svids = { new JWTSVID { SpiffeId = id.ToString(), Svid = token } } });
        };
    }

    /// <summary>The message of a state with these identities.</summary>
    public static X509SVIDResponse Message(TestAuthority authority, params IssuedCertificate[] identities)
    {
        var message = new X509SVIDResponse();
        foreach (var identity in identities)
        {
            message.Svids.Add(new X509SVID
            {
                SpiffeId = X509SvidValidator.ReadId(identity.Leaf).Id!.ToString(),
                X509Svid = ByteString.CopyFrom(identity.Chain()),
                X509SvidKey = ByteString.CopyFrom(identity.Pkcs8()),
                Bundle = Concatenated(authority.X509Bundle),
            });
        }
        return message;
    }

    public static ByteString Concatenated(X509Bundle bundle) =>
        ByteString.CopyFrom([.. bundle.Authorities.SelectMany(static c => c.RawData)]);

    public async ValueTask DisposeAsync()
    {
        X509.End();
        JwtBundles.End();
        X509Bundles.End();
        await StopAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
