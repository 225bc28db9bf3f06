using System.Net;
using System.Net.Sockets;

namespace AgentMesh.A2A.Internal;

/// <summary>Which addresses a webhook may have: public unicast ones, and those in a network that the host allows.</summary>
internal static class NetworkPolicy
{
    private static readonly IPNetwork[] Blocked =
    [
        // RFC 6890 and its successors: not globally reachable.
        .. Parse("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
            "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        // Among them Teredo (2001::/32) and the translation prefixes whose IPv4 side only the network knows (RFC 2765, RFC 8215).
        .. Parse("::/127", "::ffff:0:0:0/96", "64:ff9b:1::/48", "100::/64", "100:0:0:1::/64", "2001::/23", "2001:db8::/32", "3fff::/20", "5f00::/16",
            "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8"),
    ];

    public static bool Allows(IPAddress address, PushNotificationOptions options)
    {
        address = Unwrap(address);
        return options.AllowedNetworks.Any(network => network.Contains(address)) || !Blocked.Any(network => network.Contains(address));
    }

    /// <summary>An IPv4 address in IPv6 clothes (mapped, compatible, NAT64, 6to4) is the IPv4 address that it leads to.</summary>
    private static IPAddress Unwrap(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
            return address;
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4();
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        if (bytes[..12].SequenceEqual<byte>([0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0]))
            return new(bytes[12..]);
        if (bytes[..2].SequenceEqual<byte>([0x20, 0x02]))
            return new(bytes[2..6]);
        var compatible = !bytes[..12].ContainsAnyExcept((byte)0) && bytes[12..].ContainsAnyExcept((byte)0);
        return compatible && bytes[12..] is not [0, 0, 0, 1] ? new(bytes[12..]) : address;
    }

    private static IEnumerable<IPNetwork> Parse(params string[] networks) => networks.Select(IPNetwork.Parse);
}
