using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace AgentMesh.Spiffe.Internal;

/// <summary>The validation callback of one kind of connection. Answers false and reports; never throws.</summary>
internal sealed class PeerVerification(IX509BundleSource bundles, SpiffePeerAuthorizer authorize, TimeProvider time)
{
    private readonly IX509BundleSource _bundles = bundles ?? throw new ArgumentNullException(nameof(bundles));
    private readonly SpiffePeerAuthorizer _authorize = authorize ?? throw new ArgumentNullException(nameof(authorize));

    public bool Optional { get; init; }
    public Action<string>? Refused { get; init; }
    public Action<SpiffePeer>? Accepted { get; init; }

    /// <summary>
    /// For the chain that SslStream insists on building before it asks: no store, no download, no verdict. Ours follows in the callback.
    /// </summary>
    public X509ChainPolicy PlatformPolicy()
    {
        var policy = CertificatePath.Policy(time.GetUtcNow());
        policy.VerificationFlags = X509VerificationFlags.AllFlags;
        return policy;
    }

    public bool Verify(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        // Deliberately blind to errors: they speak of names and of the machine's roots, neither of which counts here.
        if (certificate is null)
            return Optional || Refuse("it sent no certificate");
        try
        {
            return Verify(certificate as X509Certificate2, chain);
        }
#pragma warning disable CA1031 // An exception out of this callback would surface in the handshake's place: whatever a source or an authorizer throws is a refusal.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return Refuse($"its validation failed ({e.GetType().Name})");
        }
    }

    private bool Verify(X509Certificate2? certificate, X509Chain? chain)
    {
        if (certificate is null)
            return Refuse("its certificate cannot be read");
        IEnumerable<X509Certificate2> intermediates = chain is null ? [] : chain.ChainPolicy.ExtraStore;
        var result = X509SvidValidator.Validate(certificate, intermediates, _bundles, time.GetUtcNow());
        if (!result.IsValid)
            return Refuse(result.Error!);
        if (!_authorize(result.Id!))
            return Refuse($"{result.Id} is not an expected peer");
        Accepted?.Invoke(SpiffePeer.Create(result.Id!, certificate));
        return true;
    }

    private bool Refuse(string reason)
    {
        Refused?.Invoke("The peer was refused: " + reason + ".");
        return false;
    }
}
