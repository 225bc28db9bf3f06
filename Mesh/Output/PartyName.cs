namespace AgentMesh.Cli.Output;

/// <summary>SPIFFE IDs of this mesh, short enough for a table.</summary>
internal static class PartyName
{
    /// <summary><c>advisor</c> for an agent of the trust domain, <c>operator/local</c> for others in it, the whole ID for foreign ones.</summary>
    public static string Short(string? spiffeId, string trustDomain)
    {
        if (spiffeId is null)
            return "";

        var prefix = $"spiffe://{trustDomain}/";
        if (!spiffeId.StartsWith(prefix, StringComparison.Ordinal))
            return spiffeId;

        var path = spiffeId[prefix.Length..];
        return path.StartsWith("agent/", StringComparison.Ordinal) ? path["agent/".Length..] : path;
    }
}
