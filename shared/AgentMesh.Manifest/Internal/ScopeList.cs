namespace AgentMesh.Manifest.Internal;

/// <summary>Space-delimited scopes as OAuth writes them (RFC 6749 §3.3), read without allocating.</summary>
internal static class ScopeList
{
    public static bool Contains(ReadOnlySpan<char> scopes, ReadOnlySpan<char> scope)
    {
        foreach (var range in scopes.Split(' '))
        {
            if (scopes[range].SequenceEqual(scope))
                return true;
        }

        return false;
    }
}
