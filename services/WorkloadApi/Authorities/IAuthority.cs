namespace AgentMesh.WorkloadApi.Authorities;

/// <summary>A signing key of the trust domain: its private half never leaves the object, and the object never leaves memory.</summary>
internal interface IAuthority : IDisposable
{
    /// <summary>When this key was made.</summary>
    DateTimeOffset CreatedAt { get; }

    /// <summary>Nothing this key signs lives longer.</summary>
    DateTimeOffset NotAfter { get; }
}
