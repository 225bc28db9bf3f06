namespace AgentMesh.A2A.Tests;

internal static class TestCards
{
    /// <summary>A card without empty members, announcing all that the library supports.</summary>
    public static AgentCard Card(string url) => new()
    {
        Name = "scripted",
        Description = "Does what it is told.",
        Version = "1.2.3",
        SupportedInterfaces =
        [
            new() { Url = url, ProtocolBinding = A2AProtocol.JsonRpc, ProtocolVersion = A2AProtocol.Version },
            new() { Url = url, ProtocolBinding = A2AProtocol.HttpJson, ProtocolVersion = A2AProtocol.Version },
        ],
        Capabilities = new() { Streaming = true, PushNotifications = true, ExtendedAgentCard = false },
        SecuritySchemes = new Dictionary<string, SecurityScheme>
        {
            ["mtls"] = new() { MtlsSecurityScheme = new() { Description = "An X509-SVID." } },
            ["oauth"] = new()
            {
                Oauth2SecurityScheme = new()
                {
                    Flows = new() { ClientCredentials = new() { TokenUrl = "https://auth.example/token", Scopes = new Dictionary<string, string> { ["risk.score"] = "Compute risk" } } },
                },
            },
        },
        SecurityRequirements = [new() { Schemes = new Dictionary<string, StringList> { ["oauth"] = new() { List = ["risk.score"] } } }],
        DefaultInputModes = ["text/plain", "application/json"],
        DefaultOutputModes = ["text/plain"],
        Skills = [new() { Id = "script", Name = "Script", Description = "Follows a script.", Tags = ["test"] }],
    };
}
