using System.ComponentModel.DataAnnotations;

namespace AgentMesh.Auth;

/// <summary>Limits on talking to the authorization server. Bound from <c>Mesh:AuthorizationServer</c>.</summary>
public sealed class AuthorizationServerOptions
{
    /// <summary>Name of the authorization server in the manifest, which gives the SPIFFE ID its certificate must carry.</summary>
    [Required(ErrorMessage = "Mesh:AuthorizationServer:Name (environment: Mesh__AuthorizationServer__Name) must be the authorization server's name in the manifest.")]
    public string Name { get; set; } = "auth-server";

    /// <summary><c>spiffe</c> (the default), or <c>system</c> where TLS ends at a proxy before the server: how the certificate at the issuer's address is verified.</summary>
    [EnumDataType(typeof(ServerTrust), ErrorMessage = "Mesh:AuthorizationServer:Trust (environment: Mesh__AuthorizationServer__Trust) must be \"spiffe\" or \"system\".")]
    public ServerTrust Trust { get; set; }

    /// <summary>Longest wait for one answer (1 s to 2 min).</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:02:00", ErrorMessage = "Mesh:AuthorizationServer:Timeout (environment: Mesh__AuthorizationServer__Timeout) must be from 00:00:01 to 00:02:00.")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Largest answer read, in bytes (4 KiB to 4 MiB).</summary>
    [Range(4 * 1024, 4 * 1024 * 1024, ErrorMessage = "Mesh:AuthorizationServer:MaxAnswerBytes (environment: Mesh__AuthorizationServer__MaxAnswerBytes) must be from 4096 to 4194304.")]
    public int MaxAnswerBytes { get; set; } = 256 * 1024;

    /// <summary>For how long the server's metadata is used before it is read again (1 min to 7 days).</summary>
    [Range(typeof(TimeSpan), "00:01:00", "7.00:00:00", ErrorMessage = "Mesh:AuthorizationServer:MetadataLifetime (environment: Mesh__AuthorizationServer__MetadataLifetime) must be from 00:01:00 to 7.00:00:00.")]
    public TimeSpan MetadataLifetime { get; set; } = TimeSpan.FromHours(1);
}
