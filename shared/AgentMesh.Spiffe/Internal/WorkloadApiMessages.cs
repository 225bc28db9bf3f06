using AgentMesh.Spiffe.Protocol;
using Google.Protobuf;

namespace AgentMesh.Spiffe.Internal;

/// <summary>
/// From the wire's messages to values. A message without a mandatory field is discarded whole (Workload API §4.5): to leave out
/// one identity would make the next one the default. A bundle that cannot be read loses only itself.
/// </summary>
internal static class WorkloadApiMessages
{
    public static X509Context Read(X509SVIDResponse message)
    {
        if (message.Svids.Count == 0)
            throw Invalid("a message without an X509-SVID");
        var problems = new List<string>();
        var bundles = new Dictionary<TrustDomain, X509Bundle>();
        var svids = new List<X509Svid>(message.Svids.Count);
        try
        {
            foreach (var entry in message.Svids)
            {
                var svid = Read(entry);
                svids.Add(svid);
                // The first counts: two bundles of one trust domain are never merged.
                if (!bundles.ContainsKey(svid.Id.TrustDomain))
                    Add(bundles, svid.Id.TrustDomain, entry.Bundle, problems);
            }
        }
        catch
        {
            svids.ForEach(static s => s.Dispose());
            throw;
        }
        Add(bundles, message.FederatedBundles, problems);
        return new X509Context(svids, bundles, problems);
    }

    public static IReadOnlyDictionary<TrustDomain, X509Bundle> Read(X509BundlesResponse message)
    {
        if (message.Bundles.Count == 0)
            throw Invalid("a message without an X.509 bundle");
        var bundles = new Dictionary<TrustDomain, X509Bundle>();
        Add(bundles, message.Bundles, []);
        return bundles;
    }

    public static IReadOnlyDictionary<TrustDomain, JwtBundle> Read(JWTBundlesResponse message)
    {
        if (message.Bundles.Count == 0)
            throw Invalid("a message without a JWT bundle");
        var bundles = new Dictionary<TrustDomain, JwtBundle>();
        foreach (var (key, jwks) in message.Bundles)
        {
            if (!TrustDomain.TryParse(key, out var trustDomain))
                continue;
            try
            {
                bundles[trustDomain] = JwtBundle.Parse(trustDomain, jwks.Memory);
            }
            catch (FormatException)
            {
                // Left out: nothing of this trust domain verifies until the server sends a document that can be read.
            }
        }
        return bundles;
    }

    public static IReadOnlyList<JwtSvid> Read(JWTSVIDResponse message, ICollection<string> audience)
    {
        if (message.Svids.Count == 0)
            throw Invalid("an answer without a JWT-SVID");
        return [.. message.Svids.Select(entry => Read(entry, audience))];
    }

    /// <summary>The token that the server validated: it must be for the identity that the server names.</summary>
    public static JwtSvid Read(ValidateJWTSVIDResponse message, string token)
    {
        try
        {
            var svid = JwtSvid.ParseUnverified(token);
            return svid.Id.ToString() == message.SpiffeId ? svid : throw Invalid("another SPIFFE ID for a token than the token's");
        }
        catch (FormatException e)
        {
            throw Invalid("its approval of a token that is none", e);
        }
    }

    private static JwtSvid Read(JWTSVID entry, ICollection<string> audience)
    {
        JwtSvid svid;
        try
        {
            svid = JwtSvid.ParseUnverified(entry.Svid, entry.Hint);
        }
        catch (FormatException e)
        {
            throw Invalid("a JWT-SVID that cannot be read", e);
        }
        if (entry.SpiffeId != svid.Id.ToString())
            throw Invalid("a JWT-SVID for another SPIFFE ID than it says");
        return audience.All(svid.Audience.Contains) ? svid : throw Invalid("a JWT-SVID for another audience than asked for");
    }

    private static X509Svid Read(X509SVID entry)
    {
        if (entry.SpiffeId.Length == 0 || entry.X509Svid.IsEmpty || entry.X509SvidKey.IsEmpty || entry.Bundle.IsEmpty)
            throw Invalid("an X509-SVID without SPIFFE ID, certificate, key or bundle");
        X509Svid svid;
        try
        {
            svid = X509Svid.Parse(entry.X509Svid.Memory, entry.X509SvidKey.Span, entry.Hint);
        }
        catch (FormatException e)
        {
            throw Invalid("an X509-SVID that cannot be used: " + e.Message.TrimEnd('.'), e);
        }
        if (svid.Id.ToString() == entry.SpiffeId)
            return svid;
        svid.Dispose();
        throw Invalid("an X509-SVID with another SPIFFE ID than it says");
    }

    private static void Add(Dictionary<TrustDomain, X509Bundle> bundles, IEnumerable<KeyValuePair<string, ByteString>> federated, List<string> problems)
    {
        foreach (var (key, der) in federated)
        {
            if (!TrustDomain.TryParse(key, out var trustDomain))
                problems.Add("A bundle was skipped: its key is not a trust domain.");
            else if (!bundles.ContainsKey(trustDomain))
                Add(bundles, trustDomain, der, problems);
        }
    }

    private static void Add(Dictionary<TrustDomain, X509Bundle> bundles, TrustDomain trustDomain, ByteString der, List<string> problems)
    {
        bundles[trustDomain] = X509Bundle.Parse(trustDomain, der.Memory, out var skipped);
        if (skipped > 0)
            problems.Add($"{skipped} of the certificates in the bundle of {trustDomain} cannot be read and were skipped.");
    }

    private static WorkloadApiException Invalid(string what, Exception? inner = null) =>
        new(WorkloadApiError.InvalidResponse, $"The Workload API sent {what}. The message was discarded.", inner);
}
