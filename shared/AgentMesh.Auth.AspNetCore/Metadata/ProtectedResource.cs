namespace AgentMesh.Auth.AspNetCore.Metadata;

/// <summary>On an endpoint that is a protected resource of its own: where its metadata is, for the challenges of what is refused there.</summary>
internal sealed record ProtectedResource(Uri Metadata)
{
    /// <summary>The metadata's path is put between the resource's host and path (RFC 9728 §3.1).</summary>
    public static ProtectedResource Of(Uri resource) => new(new Uri(resource, ProtectedResourceMetadata.Path + resource.AbsolutePath));
}
