using System.Security.Cryptography.X509Certificates;
using AgentMesh.Spiffe;

namespace AgentMesh.Testing;

/// <summary>
/// A trust domain's authority in memory: issues X509-SVIDs and JWT-SVIDs, proper ones and, for attacks, every defect that
/// <see cref="CertificateShape"/> and <see cref="JwtShape"/> can describe.
/// </summary>
public sealed class TestAuthority : IDisposable
{
    private readonly TimeProvider _time;
    private readonly TestKeyKind _kind;
    private readonly TestKeyKind _jwtKind;
    private readonly List<TestSigner> _signers = [];
    private readonly List<TestJwtSigner> _jwtSigners = [];

    public TestAuthority(string trustDomain, TimeProvider? time = null, TestKeyKind key = TestKeyKind.P256, TestKeyKind? jwtKey = null)
        : this(TrustDomain.Parse(trustDomain), time, key, jwtKey)
    {
    }

    public TestAuthority(TrustDomain trustDomain, TimeProvider? time = null, TestKeyKind key = TestKeyKind.P256, TestKeyKind? jwtKey = null)
    {
        TrustDomain = trustDomain;
        _time = time ?? TimeProvider.System;
        (_kind, _jwtKind) = (key, jwtKey ?? key);
        _signers.Add(TestSigner.Root(trustDomain, _time.GetUtcNow(), _kind));
        _jwtSigners.Add(new TestJwtSigner("key-1", _jwtKind));
    }

    public TrustDomain TrustDomain { get; }

    /// <summary>The certificate that signs now.</summary>
    public X509Certificate2 Root => _signers[^1].Certificate;

    /// <summary>All authorities, newest last.</summary>
    public X509Bundle X509Bundle => new(TrustDomain, [.. _signers.Select(static s => s.Certificate)]);

    public JwtBundle JwtBundle => new(TrustDomain, _jwtSigners.Select(static s => s.Authority));

    public SpiffeBundle Bundle => new(X509Bundle, JwtBundle, sequence: (ulong)_signers.Count, refreshHint: TimeSpan.FromMinutes(5));

    /// <summary>An ID of this trust domain: <c>Id("/agent/advisor")</c>.</summary>
    public SpiffeId Id(string path) => SpiffeId.Create(TrustDomain, path);

    /// <summary>A proper X509-SVID, half an hour from ten seconds ago unless told otherwise.</summary>
    public X509Svid IssueX509(SpiffeId id, TimeSpan? lifetime = null, string hint = "", TestKeyKind key = TestKeyKind.P256, int intermediates = 0) =>
        IssueCertificate(id, new CertificateShape
        {
            Key = key,
            Intermediates = intermediates,
            NotAfter = _time.GetUtcNow() + (lifetime ?? TimeSpan.FromMinutes(30)),
        }).ToSvid(hint);

    /// <summary>Any certificate this authority can be made to sign.</summary>
    public IssuedCertificate IssueCertificate(SpiffeId id, CertificateShape? shape = null)
    {
        shape ??= new CertificateShape();
        var now = _time.GetUtcNow();
        var path = new List<TestSigner> { _signers[^1] };
        for (var i = 0; i < shape.Intermediates; i++)
            path.Insert(0, path[0].Intermediate(TrustDomain, now, _kind, shape.IntermediateShape));
        using var key = new TestKey(shape.Key);
        var leaf = key.Attach(path[0].Sign(id, shape, key, now));
        return new IssuedCertificate(leaf, [.. path.SkipLast(1).Select(static s => s.Certificate)]);
    }

    /// <summary>A JWT-SVID, five minutes unless told otherwise.</summary>
    public string IssueJwt(SpiffeId id, string audience, TimeSpan? lifetime = null, JwtShape? shape = null) =>
        _jwtSigners[^1].Issue(id, audience, _time.GetUtcNow(), lifetime ?? TimeSpan.FromMinutes(5), shape ?? new JwtShape());

    /// <summary>A new X.509 authority joins the bundle and signs from now on.</summary>
    public void RotateX509Authority() => _signers.Add(TestSigner.Root(TrustDomain, _time.GetUtcNow(), _kind));

    /// <summary>A new JWT key joins the bundle and signs from now on.</summary>
    public void RotateJwtAuthority() => _jwtSigners.Add(new TestJwtSigner($"key-{_jwtSigners.Count + 1}", _jwtKind));

    /// <summary>The oldest X.509 authority leaves the bundle.</summary>
    public void ForgetOldestX509Authority() => _signers.RemoveAt(0);

    /// <summary>A source with an SVID of this authority, its bundles and those of the others.</summary>
    public StaticSource Source(SpiffeId id, params IEnumerable<TestAuthority> federated) =>
        new(IssueX509(id), [X509Bundle, .. federated.Select(static a => a.X509Bundle)], [JwtBundle, .. federated.Select(static a => a.JwtBundle)]);

    public void Dispose()
    {
        foreach (var signer in _signers)
            signer.Dispose();
        foreach (var signer in _jwtSigners)
            signer.Dispose();
    }
}
