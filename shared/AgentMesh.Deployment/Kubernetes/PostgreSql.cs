namespace AgentMesh.Deployment.Kubernetes;

/// <summary>
/// One PostgreSQL for the authorization servers: enough to begin with, and what to replace by a database that is looked after. Only they
/// reach it, and it reaches nobody.
/// </summary>
internal static class PostgreSql
{
    public const string SecretName = "auth-server-database";
    public const string ConnectionStringKey = "connection-string";

    private const string Name = "postgresql";
    private const string Image = "docker.io/library/postgres:17";

    // The user "postgres" of the image.
    private const int User = 999;

    public static IEnumerable<YamlMap> Objects(KubernetesSettings settings)
    {
        yield return Account(settings);
        yield return StatefulSet(settings);
        yield return Service(settings);
        yield return Policy(settings);
    }

    private static YamlMap Account(KubernetesSettings settings)
    {
        var account = YamlMap.Object("v1", "ServiceAccount", Name, settings.Namespace);
        account["automountServiceAccountToken"] = false;
        return account;
    }

    private static YamlMap StatefulSet(KubernetesSettings settings)
    {
        var set = YamlMap.Object("apps/v1", "StatefulSet", Name, settings.Namespace);
        set["spec"] = new YamlMap
        {
            ["serviceName"] = Name,
            ["replicas"] = 1,
            ["selector"] = new YamlMap { ["matchLabels"] = Selector() },
            ["template"] = new YamlMap
            {
                ["metadata"] = new YamlMap { ["labels"] = Selector() },
                ["spec"] = new YamlMap
                {
                    ["serviceAccountName"] = Name,
                    ["automountServiceAccountToken"] = false,
                    ["enableServiceLinks"] = false,
                    ["securityContext"] = PodSecurity.Pod(User),
                    ["containers"] = new List<object> { Container(settings) },
                    ["volumes"] = new List<object>
                    {
                        new YamlMap { ["name"] = "run", ["emptyDir"] = new YamlMap() },
                        new YamlMap { ["name"] = "tmp", ["emptyDir"] = new YamlMap() },
                    },
                },
            },
            ["volumeClaimTemplates"] = new List<object>
            {
                new YamlMap
                {
                    ["metadata"] = new YamlMap { ["name"] = "data" },
                    ["spec"] = new YamlMap
                    {
                        ["accessModes"] = new List<object> { "ReadWriteOnce" },
                        ["resources"] = new YamlMap { ["requests"] = new YamlMap { ["storage"] = "5Gi" } },
                    },
                },
            },
        };
        return set;
    }

    private static YamlMap Container(KubernetesSettings settings) => new()
    {
        ["name"] = Name,
        ["image"] = Image,
        ["ports"] = new List<object> { new YamlMap { ["name"] = Name, ["containerPort"] = settings.DatabasePort, ["protocol"] = "TCP" } },
        ["env"] = new List<object>
        {
            WorkloadEnvironment.Set("POSTGRES_USER", "auth"),
            WorkloadEnvironment.Set("POSTGRES_DB", "auth"),
            WorkloadEnvironment.Set("POSTGRES_INITDB_ARGS", "--auth-host=scram-sha-256"),
            WorkloadEnvironment.Set("PGDATA", "/var/lib/postgresql/data/pgdata"),
            WorkloadEnvironment.Secret("POSTGRES_PASSWORD", SecretName, "password"),
        },
        ["readinessProbe"] = new YamlMap
        {
            ["exec"] = new YamlMap { ["command"] = new List<object> { "pg_isready", "-U", "auth", "-d", "auth" } },
            ["periodSeconds"] = 5,
        },
        ["resources"] = new YamlMap
        {
            ["requests"] = new YamlMap { ["cpu"] = "50m", ["memory"] = "128Mi" },
            ["limits"] = new YamlMap { ["memory"] = "512Mi" },
        },
        ["securityContext"] = PodSecurity.Container(),
        ["volumeMounts"] = new List<object>
        {
            new YamlMap { ["name"] = "data", ["mountPath"] = "/var/lib/postgresql/data" },
            new YamlMap { ["name"] = "run", ["mountPath"] = "/var/run/postgresql" },
            new YamlMap { ["name"] = "tmp", ["mountPath"] = "/tmp" },
        },
    };

    private static YamlMap Service(KubernetesSettings settings)
    {
        var service = YamlMap.Object("v1", "Service", Name, settings.Namespace);
        service["spec"] = new YamlMap
        {
            ["selector"] = Selector(),
            ["ports"] = new List<object>
            {
                new YamlMap { ["name"] = Name, ["port"] = settings.DatabasePort, ["targetPort"] = Name, ["protocol"] = "TCP" },
            },
        };
        return service;
    }

    private static YamlMap Policy(KubernetesSettings settings)
    {
        var policy = YamlMap.Object("networking.k8s.io/v1", "NetworkPolicy", Name, settings.Namespace);
        policy["spec"] = new YamlMap
        {
            ["podSelector"] = new YamlMap { ["matchLabels"] = Selector() },
            ["policyTypes"] = new List<object> { "Ingress", "Egress" },
            ["ingress"] = new List<object>
            {
                new YamlMap
                {
                    ["from"] = new List<object>
                    {
                        new YamlMap { ["podSelector"] = new YamlMap { ["matchLabels"] = new YamlMap { [Labels.Party] = "auth-server" } } },
                    },
                    ["ports"] = new List<object> { new YamlMap { ["protocol"] = "TCP", ["port"] = settings.DatabasePort } },
                },
            },
            ["egress"] = new List<object>(),
        };
        return policy;
    }

    private static YamlMap Selector() => new() { [Labels.Name] = Name };
}
