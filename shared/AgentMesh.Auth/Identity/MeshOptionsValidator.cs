using Microsoft.Extensions.Options;

namespace AgentMesh.Auth;

/// <summary>Says at start-up which setting is wrong, under both of its names, and what to write instead.</summary>
internal sealed class MeshOptionsValidator : IValidateOptions<MeshOptions>
{
    private static readonly string Where = "in appsettings.json or as an environment variable";

    public ValidateOptionsResult Validate(string? name, MeshOptions options)
    {
        List<string> failures = [];
        if (string.IsNullOrWhiteSpace(options.Name))
            failures.Add($"{MeshOptions.Names(nameof(options.Name))} is not set. Set it {Where} to this party's name in the manifest, such as \"advisor\".");
        else if (options.Name.AsSpan().ContainsAny('/', '\\') || options.Name is "." or "..")
            failures.Add($"{MeshOptions.Names(nameof(options.Name))} is \"{options.Name}\": a party's name holds no path separator. Use its name from the manifest.");
        if (string.IsNullOrWhiteSpace(options.Manifest))
            failures.Add($"{MeshOptions.Names(nameof(options.Manifest))} is empty. Set it {Where} to the path of mesh.json, or leave it out to have it searched for.");
        if (options.Issuer is { } issuer && !IsIssuer(issuer))
        {
            failures.Add($"{MeshOptions.Names(nameof(options.Issuer))} is \"{issuer.OriginalString}\": an issuer is an absolute https:// address "
                + "without user, query or fragment (RFC 8414 section 2), such as https://127.0.0.1:7443/.");
        }
        if (options.AuditDirectory is { } directory && directory.AsSpan().Trim().IsEmpty)
            failures.Add($"{MeshOptions.Names(nameof(options.AuditDirectory))} is empty. Set it to a folder that this process may write to.");
        if (options.AuditSegmentBytes is < 1024 * 1024 or > 16L * 1024 * 1024 * 1024)
            failures.Add($"{MeshOptions.Names(nameof(options.AuditSegmentBytes))} is {options.AuditSegmentBytes}: it must be from 1048576 to 17179869184.");
        if (options.AuditSegmentAge < TimeSpan.FromMinutes(1) || options.AuditSegmentAge > TimeSpan.FromDays(366))
            failures.Add($"{MeshOptions.Names(nameof(options.AuditSegmentAge))} is {options.AuditSegmentAge}: it must be from 00:01:00 to 366.00:00:00.");
        if (options.AuditSegmentsKept < 0)
            failures.Add($"{MeshOptions.Names(nameof(options.AuditSegmentsKept))} is {options.AuditSegmentsKept}: it must be 0 or more.");
        if (!MeshOptions.IsInstance(options.AuditInstance))
            failures.Add($"{MeshOptions.Names(nameof(options.AuditInstance))} is \"{options.AuditInstance}\": it takes letters, digits, '.', '_' and '-', at most 64. Leave it out to use the machine's name.");
        if (!Enum.IsDefined(options.ClientAuthentication))
            failures.Add($"{MeshOptions.Names(nameof(options.ClientAuthentication))} must be \"x509\" or \"jwt\".");
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static bool IsIssuer(Uri issuer) => issuer.IsAbsoluteUri && issuer.Scheme == Uri.UriSchemeHttps
        && issuer.Query.Length == 0 && issuer.Fragment.Length == 0 && issuer.UserInfo.Length == 0;
}
