using System.Net;

namespace AgentMesh.A2A.Internal;

/// <summary>Which webhook URLs are refused outright (A2A §13.2).</summary>
internal static class WebhookUrl
{
    /// <summary>Why the URL is refused; <see langword="null"/> when it is not.</summary>
    public static string? Refuse(string url, PushNotificationOptions options)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.HostNameType is UriHostNameType.Unknown or UriHostNameType.Basic)
            return "Must be an absolute URL.";
        if (uri.Scheme != Uri.UriSchemeHttps && !(options.AllowHttp && uri.Scheme == Uri.UriSchemeHttp))
            return options.AllowHttp ? "Must be an https or http URL." : "Must be an https URL.";
        if (uri.UserInfo.Length > 0 || uri.Fragment.Length > 0)
            return "Must have neither user information nor a fragment.";
        if (IPAddress.TryParse(uri.IdnHost.Trim('[', ']'), out var address) && !NetworkPolicy.Allows(address, options))
            return "Must not point to a loopback, link-local, private or reserved address.";
        return null;
    }
}
