namespace AgentMesh.Auth.Tests.Entra;

/// <summary>What stands in a tenant of the stand-in: applications with their federated credentials, and resources with their app roles.</summary>
internal sealed class EntraTenant
{
    public string Id { get; } = Guid.NewGuid().ToString();

    public Dictionary<string, EntraApplication> Applications { get; } = [];

    public Dictionary<string, EntraResource> Resources { get; } = [];

    public EntraApplication AddApplication(string? clientId = null)
    {
        var application = new EntraApplication(clientId ?? Guid.NewGuid().ToString());
        Applications.Add(application.ClientId, application);
        return application;
    }

    public EntraResource AddResource(int tokenVersion = 2)
    {
        var clientId = Guid.NewGuid().ToString();
        var resource = new EntraResource($"api://{clientId}", clientId, tokenVersion);
        Resources.Add(resource.AppIdUri, resource);
        return resource;
    }
}

internal sealed class EntraApplication(string clientId)
{
    public string ClientId => clientId;

    public string ObjectId { get; } = Guid.NewGuid().ToString();

    /// <summary>Issuer, subject and audience that an assertion must have, each exactly so.</summary>
    public List<(string Issuer, string Subject, string Audience)> FederatedCredentials { get; } = [];

    /// <summary>App roles by the resource's client id.</summary>
    public Dictionary<string, string[]> Roles { get; } = [];

    public bool Disabled { get; set; }
}

internal sealed record EntraResource(string AppIdUri, string ClientId, int TokenVersion);
