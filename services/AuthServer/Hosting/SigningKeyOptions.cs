using AgentMesh.AuthServer.Keys;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Server;

namespace AgentMesh.AuthServer.Hosting;

/// <summary>
/// Hands OpenIddict the public halves of the ring's keys for its JWKS, again whenever the ring changes. It never sees a private key:
/// tokens are signed by this server's own writer.
/// </summary>
internal sealed class SigningKeyOptions : IConfigureOptions<OpenIddictServerOptions>, IOptionsChangeTokenSource<OpenIddictServerOptions>, IDisposable
{
    private readonly KeyRing _keys;
    private CancellationTokenSource _changed = new();

    public SigningKeyOptions(KeyRing keys)
    {
        _keys = keys;
        keys.Changed += Signal;
    }

    public string Name => Options.DefaultName;

    public void Configure(OpenIddictServerOptions options)
    {
        foreach (var key in _keys.Keys)
        {
            options.SigningCredentials.Add(new SigningCredentials(
                new ECDsaSecurityKey(key.CreatePublicKey()) { KeyId = key.Id }, SecurityAlgorithms.EcdsaSha256));
        }
    }

    public IChangeToken GetChangeToken() => new CancellationChangeToken(_changed.Token);

    public void Dispose()
    {
        _keys.Changed -= Signal;
        _changed.Dispose();
    }

    private void Signal()
    {
        var previous = Interlocked.Exchange(ref _changed, new CancellationTokenSource());
        previous.Cancel();
        previous.Dispose();
    }
}
