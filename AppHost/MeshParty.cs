using AgentMesh.Manifest;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace AgentMesh.AppHost;

/// <summary>A party of the manifest as a resource: settings are those that <c>mesh up</c> gives (docs/configuration.md).</summary>
internal static class MeshParty
{
    /// <summary>The endpoint that takes mTLS with SVIDs.</summary>
    public const string MutualTls = "https";

    /// <summary>The endpoint that serves <c>/health</c> and <c>/alive</c> and nothing else.</summary>
    public const string Health = "http";

    public static IResourceBuilder<ProjectResource> AddParty(this IDistributedApplicationBuilder builder, MeshRun mesh, Party party)
    {
        var project = builder.AddBuiltProject(party.Name, mesh.ProjectFile(party))
            .WithHttpEndpoint(targetPort: Publishing.HealthPort(builder), name: Health)
            .WithUrlForEndpoint(Health, url =>
            {
                url.DisplayText = "health";
                url.Url += "/health";
            })
            .WithHttpHealthCheck("/health", endpointName: Health)
            .WithEnvironment("Mesh__Name", party.Name)
            .WithProperty("agentmesh.spiffeId", party.SpiffeId)
            .WithProperty("agentmesh.calls", string.Join(", ", party.Calls.Values.Select(edge => $"{edge.Callee.Name} ({string.Join(' ', edge.Scopes)})")))
            .AsPublishedParty(party);
        return builder.ExecutionContext.IsPublishMode ? project : project
            .WithEnvironment("ASPNETCORE_ENVIRONMENT", "Development")
            .WithEnvironment("Mesh__Manifest", mesh.Manifest.Path!)
            .WithEnvironment("Mesh__Configuration", MeshRun.Configuration)
            .WithEnvironment("Mesh__AuditDirectory", mesh.Audit)
            .WithEnvironment("Mesh__DataDirectory", Path.Combine(mesh.Directory, "data", party.Name));
    }

    /// <summary>An SVID from the identity source, and an endpoint that only other SVIDs can use: the developer certificate has no part in it.</summary>
    public static IResourceBuilder<ProjectResource> WithIdentity(this IResourceBuilder<ProjectResource> party, MeshIdentitySource identity)
    {
        party
            .WithHttpsEndpoint(targetPort: Publishing.MutualTlsPort(party.ApplicationBuilder), name: MutualTls)
            .WithUrlForEndpoint(MutualTls, url => url.DisplayText = "mTLS")
            .WithoutHttpsCertificate()
            .WithEnvironment("SPIFFE_ENDPOINT_SOCKET", identity.Address)
            // Where others reach it, which is Aspire's proxy and not where the process listens: its agent card says so.
            .WithEnvironment("Mesh__Address", ReferenceExpression.Create($"{party.GetEndpoint(MutualTls)}/"));
        return identity.Resource is { } source ? party.WaitFor(source) : party;
    }

    /// <summary>Whom tokens come from.</summary>
    public static IResourceBuilder<ProjectResource> WithIssuer(this IResourceBuilder<ProjectResource> party, IResourceBuilder<ProjectResource> authServer) =>
        party.WithEnvironment("Mesh__Issuer", ReferenceExpression.Create($"{authServer.GetEndpoint(MutualTls)}/"));

    public static IResourceBuilder<ProjectResource> WithAuthServerState(
        this IResourceBuilder<ProjectResource> authServer, MeshRun mesh, MeshIdentitySource identity) =>
        authServer.ApplicationBuilder.ExecutionContext.IsPublishMode
            ? authServer.WithPublishedState()
            : authServer
                .WithEnvironment("Mesh__AuthServer__DataDirectory", mesh.State)
                // Only the embedded Workload API can be told to withdraw an SVID; SPIRE's ends by itself.
                .WithEnvironment("Mesh__AuthServer__SvidWithdrawal", identity.Embedded is null ? "none" : "workloadApi");

    /// <summary>The model of the agents' kernels, <c>Mesh:Model</c>, if one is chosen.</summary>
    public static IResourceBuilder<ProjectResource> WithModel(this IResourceBuilder<ProjectResource> agent, IConfiguration configuration) =>
        configuration["Mesh:Model"] is { Length: > 0 } model ? agent.WithEnvironment("Mesh__Model", model) : agent;

    /// <summary>Tells a party where another takes mTLS. The plain port is nobody's business.</summary>
    public static IResourceBuilder<ProjectResource> WithAddressOf(this IResourceBuilder<ProjectResource> party, IResourceBuilder<ProjectResource> other) =>
        party.ApplicationBuilder.ExecutionContext.IsPublishMode
            // Publishers drop references to https endpoints, as if TLS always ended in front of a container. Here it never does.
            ? party.WithEnvironment($"services__{other.Resource.Name}__{MutualTls}__0", ReferenceExpression.Create($"{other.GetEndpoint(MutualTls)}"))
            : party.WithReference(other.GetEndpoint(MutualTls));

    /// <summary>Tells a caller where its callee is, and draws the edge.</summary>
    public static IResourceBuilder<ProjectResource> WithEdge(
        this IResourceBuilder<ProjectResource> caller, Edge edge, IResourceBuilder<ProjectResource> callee) => caller
        .WithAddressOf(callee)
        .WithRelationship(callee.Resource, $"calls: {string.Join(' ', edge.Scopes)}");

    /// <summary>Built with the AppHost and started as it is: processes that build shared libraries side by side get in each other's way.</summary>
    private static IResourceBuilder<ProjectResource> AddBuiltProject(this IDistributedApplicationBuilder builder, string name, string projectFile) => builder
        .AddResource(new ProjectResource(name))
        .WithAnnotation(new BuiltProject(projectFile))
        .WithProjectDefaults(new ProjectResourceOptions { ExcludeLaunchProfile = true, ExcludeKestrelEndpoints = true });

    public static IResourceBuilder<ProjectResource> WithProperty(this IResourceBuilder<ProjectResource> party, string name, string value) =>
        value.Length == 0 ? party : party.OnBeforeResourceStarted((resource, started, _) =>
            started.Services.GetRequiredService<ResourceNotificationService>().PublishUpdateAsync(resource, snapshot => snapshot with
            {
                Properties = [.. snapshot.Properties.Where(property => property.Name != name), new ResourcePropertySnapshot(name, value)],
            }));

    private sealed class BuiltProject(string path) : IProjectMetadata
    {
        public string ProjectPath => path;

        public bool SuppressBuild => true;
    }
}
