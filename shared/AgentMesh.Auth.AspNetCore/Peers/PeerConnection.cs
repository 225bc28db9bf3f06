using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using AgentMesh.Spiffe;

namespace AgentMesh.Auth.AspNetCore;

/// <summary>
/// The peer that the handshake of a connection proved, kept with the connection. A connection outlives certificates and bundles, so the
/// proof is looked at again on every request.
/// </summary>
internal sealed class PeerConnection
{
    private byte[] _leaf = [];
    private byte[][] _intermediates = [];
    private volatile X509Bundle? _provenBy;

    /// <summary>Who the peer is; null before the handshake ended.</summary>
    public SpiffePeer? Peer { get; private set; }

    public void Accept(SpiffePeer peer) => Peer = peer;

    /// <summary>Keeps what the peer sent, so that it can be verified again when the trust bundle changes.</summary>
    public RemoteCertificateValidationCallback Remember(RemoteCertificateValidationCallback verify) => (sender, certificate, chain, errors) =>
    {
        if (!verify(sender, certificate, chain, errors) || certificate is null)
            return false;
        _leaf = certificate.GetRawCertData();
        _intermediates = chain is null ? [] : [.. chain.ChainPolicy.ExtraStore.Select(static c => c.RawData).Where(c => !c.AsSpan().SequenceEqual(_leaf))];
        return true;
    };

    /// <summary>Check 1: the peer's SVID chains to its trust domain as it is trusted now and is valid now.</summary>
    /// <returns>A reason code, or null.</returns>
    public string? Check(IX509BundleSource bundles, DateTimeOffset now)
    {
        if (Peer is not { } peer)
            return DecisionReason.PeerMissing;
        if (!peer.IsCurrent(now))
            return DecisionReason.PeerExpired;
        var bundle = bundles.FindX509Bundle(peer.Id.TrustDomain);
        if (bundle is null)
            return DecisionReason.PeerUntrusted;
        if (ReferenceEquals(bundle, _provenBy))
            return null;
        return VerifyAgain(bundles, bundle, now);
    }

    private string? VerifyAgain(IX509BundleSource bundles, X509Bundle bundle, DateTimeOffset now)
    {
        using var leaf = X509CertificateLoader.LoadCertificate(_leaf);
        X509Certificate2[] intermediates = [.. _intermediates.Select(static c => X509CertificateLoader.LoadCertificate(c))];
        var validation = X509SvidValidator.Validate(leaf, intermediates, bundles, now);
        foreach (var intermediate in intermediates)
            intermediate.Dispose();
        if (!validation.IsValid)
            return DecisionReason.PeerUntrusted;
        _provenBy = bundle;
        return null;
    }
}
