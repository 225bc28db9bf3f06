using System.Security.Authentication;
using AgentMesh.Manifest;
using AgentMesh.Spiffe;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AgentMesh.Auth;

/// <summary>
/// Who this process is: its entry in the manifest and the X509-SVIDs that carry that entry's SPIFFE ID.
/// An SVID of anybody else is refused, so a process started under the wrong name neither serves nor calls.
/// </summary>
public sealed partial class MeshIdentity : IX509SvidSource
{
    private readonly IX509SvidSource _svids;
    private readonly ILogger<MeshIdentity> _logger;
    private X509Svid? _accepted;
    private X509Svid? _refused;

    /// <summary>Looks <see cref="MeshOptions.Name"/> up in the manifest.</summary>
    /// <param name="options">The party's settings.</param>
    /// <param name="manifest">The mesh it is part of.</param>
    /// <param name="svids">Where its SVIDs come from.</param>
    /// <param name="logger">Receives the refusal of a foreign SVID, once for each.</param>
    /// <exception cref="OptionsValidationException">The manifest has no such party.</exception>
    public MeshIdentity(IOptions<MeshOptions> options, MeshManifest manifest, IX509SvidSource svids, ILogger<MeshIdentity> logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(manifest);
        if (!manifest.TryGetParty(options.Value.Name, out var party) || party is null)
        {
            throw new OptionsValidationException(nameof(MeshOptions), typeof(MeshOptions),
                [$"{MeshOptions.Names(nameof(MeshOptions.Name))} is \"{options.Value.Name}\", which {manifest.Path ?? "the manifest"} does not list. Add it there or correct the name."]);
        }
        (Party, Manifest, _svids, _logger) = (party, manifest, svids, logger);
        Id = SpiffeId.Parse(party.SpiffeId);
        Issuer = options.Value.IssuerText;
    }

    /// <summary>This party's entry in the manifest.</summary>
    public Party Party { get; }

    /// <summary>The mesh this party belongs to.</summary>
    public MeshManifest Manifest { get; }

    /// <summary>This party's SPIFFE ID, which is also its <c>client_id</c> and the <c>aud</c> of tokens meant for it.</summary>
    public SpiffeId Id { get; }

    /// <summary>The authorization server's issuer identifier exactly as configured; null when none is.</summary>
    public string? Issuer { get; }

    /// <summary>The newest X509-SVID, which carries <see cref="Id"/>.</summary>
    /// <returns>The SVID; a new instance after each rotation.</returns>
    /// <exception cref="AuthenticationException">There is none, or it names somebody else.</exception>
    public X509Svid GetX509Svid()
    {
        var svid = _svids.GetX509Svid();
        if (ReferenceEquals(svid, Volatile.Read(ref _accepted)))
            return svid;
        if (svid.Id.Equals(Id))
        {
            Volatile.Write(ref _accepted, svid);
            return svid;
        }
        if (!ReferenceEquals(svid, Interlocked.Exchange(ref _refused, svid)))
            LogForeignSvid(Party.Name, Id, svid.Id);
        throw new AuthenticationException($"The Workload API gave this process an SVID of {svid.Id}, but {MeshOptions.Names(nameof(MeshOptions.Name))} says "
            + $"\"{Party.Name}\", that is {Id}. It neither serves nor calls. Correct the setting, or the registration entry for this executable.");
    }

    [LoggerMessage(1001, LogLevel.Critical, "The SVID received is {Actual}'s, but Mesh:Name is {Name}, that is {Expected}: refusing to serve or to call.")]
    private partial void LogForeignSvid(string name, SpiffeId expected, SpiffeId actual);
}
