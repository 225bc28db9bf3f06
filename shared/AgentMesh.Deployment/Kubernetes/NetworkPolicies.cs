using AgentMesh.Manifest;

namespace AgentMesh.Deployment.Kubernetes;

/// <summary>
/// NetworkPolicies that allow the manifest's edges and nothing else. They are the second fence: identity and tokens decide,
/// the network keeps what has neither from trying.
/// </summary>
internal static class NetworkPolicies
{
    private const string ApiVersion = "networking.k8s.io/v1";
    private const string Kind = "NetworkPolicy";

    public static YamlMap DefaultDeny(KubernetesSettings settings)
    {
        var policy = YamlMap.Object(ApiVersion, Kind, "default-deny", settings.Namespace);
        policy["spec"] = new YamlMap { ["podSelector"] = new YamlMap(), ["policyTypes"] = new List<object> { "Ingress", "Egress" } };
        return policy;
    }

    public static YamlMap For(MeshManifest manifest, Party party, KubernetesSettings settings)
    {
        var policy = YamlMap.Object(ApiVersion, Kind, party.Name, settings.Namespace);
        policy["spec"] = new YamlMap
        {
            ["podSelector"] = Labels.Select(party),
            ["policyTypes"] = new List<object> { "Ingress", "Egress" },
            ["ingress"] = Ingress(manifest, party, settings),
            ["egress"] = Egress(manifest, party, settings),
        };
        return policy;
    }

    private static List<object> Ingress(MeshManifest manifest, Party party, KubernetesSettings settings)
    {
        // Everybody with an identity exchanges tokens, agents and operators look each other up; only the manifest's callers reach an agent.
        var callers = ClusterParties.Of(manifest).Where(other =>
            IsAuthServer(party) ? !IsAuthServer(other)
            : ClusterParties.IsShared(party) ? other.Kind != PartyKind.Service
            : other.Calls.ContainsKey(party.Name));
        var peers = Peers(callers);
        return peers.Count == 0 ? [] : [new YamlMap { ["from"] = peers, ["ports"] = Tcp(settings.MtlsPort) }];
    }

    private static List<object> Egress(MeshManifest manifest, Party party, KubernetesSettings settings)
    {
        var callees = party.Calls.Values.Select(edge => edge.Callee);
        if (!IsAuthServer(party))
        {
            callees = callees.Append(manifest.Services["auth-server"]);
        }

        if (party.Kind != PartyKind.Service)
        {
            callees = callees.Concat(manifest.Services.Values.Where(ClusterParties.IsShared));
        }

        var rules = new List<object> { Dns() };
        if (Peers(callees) is { Count: > 0 } peers)
        {
            rules.Add(new YamlMap { ["to"] = peers, ["ports"] = Tcp(settings.MtlsPort) });
        }

        if (IsAuthServer(party))
        {
            rules.Add(new YamlMap
            {
                ["to"] = new List<object>
                {
                    new YamlMap { ["podSelector"] = new YamlMap { ["matchLabels"] = new YamlMap { ["app.kubernetes.io/name"] = "postgresql" } } },
                },
                ["ports"] = Tcp(settings.DatabasePort),
            });
        }

        return rules;
    }

    private static List<object> Peers(IEnumerable<Party> parties) =>
        [.. parties.OrderBy(party => party.Name, StringComparer.Ordinal).Select(party => new YamlMap { ["podSelector"] = Labels.Select(party) })];

    private static YamlMap Dns() => new()
    {
        ["to"] = new List<object>
        {
            new YamlMap
            {
                ["namespaceSelector"] = new YamlMap { ["matchLabels"] = new YamlMap { ["kubernetes.io/metadata.name"] = "kube-system" } },
                ["podSelector"] = new YamlMap { ["matchLabels"] = new YamlMap { ["k8s-app"] = "kube-dns" } },
            },
        },
        ["ports"] = new List<object> { Port("UDP", 53), Port("TCP", 53) },
    };

    private static List<object> Tcp(int port) => [Port("TCP", port)];

    private static YamlMap Port(string protocol, int port) => new() { ["protocol"] = protocol, ["port"] = port };

    private static bool IsAuthServer(Party party) => party is { Kind: PartyKind.Service, Name: "auth-server" };
}
