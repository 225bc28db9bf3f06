using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AgentMesh.Spiffe;

namespace AgentMesh.A2A.Mesh;

/// <summary>
/// Verifies cards against the mesh's trust: the signature's certificate must be an X509-SVID that is valid now, chains to its trust domain's
/// bundle, and names exactly the agent that the card has to be of. Nothing else that a card says leads to a key.
/// </summary>
/// <param name="bundles">The trust bundles.</param>
/// <param name="time">The clock.</param>
public sealed class CardTrust(IX509BundleSource bundles, TimeProvider time)
{
    /// <summary>Verifies a card as it was received.</summary>
    /// <param name="json">The card's bytes.</param>
    /// <param name="agent">Whose card it must be.</param>
    /// <param name="reason">Why it is not trusted, when the result is <see langword="null"/>.</param>
    public VerifiedAgentCard? Verify(ReadOnlyMemory<byte> json, SpiffeId agent, out string reason)
    {
        List<ECDsa> keys = [];
        string? refusal = null;
        try
        {
            var card = AgentCardVerifier.Verify(json, claim =>
            {
                var key = FindKey(claim, agent, out refusal);
                if (key is not null)
                    keys.Add(key);
                return key;
            }, out reason);
            if (card is null && refusal is not null)
                reason = $"The card's signature is not {agent}'s: {refusal}.";
            return card;
        }
        finally
        {
            keys.ForEach(key => key.Dispose());
        }
    }

    /// <summary>The public key of a signature's certificate, if it is an SVID of the agent; the caller disposes of it.</summary>
    /// <param name="claim">What the signature's header says.</param>
    /// <param name="agent">Whose key it must be.</param>
    /// <param name="refusal">Why it is not, a clause; <see langword="null"/> when it is.</param>
    public ECDsa? FindKey(AgentCardKeyClaim claim, SpiffeId agent, out string? refusal)
    {
        List<X509Certificate2> chain = [];
        try
        {
            if (claim.Certificates.Count == 0)
            {
                refusal = "its header has no x5c";
                return null;
            }
            chain.AddRange(claim.Certificates.Select(certificate => X509CertificateLoader.LoadCertificate(certificate)));
            var validation = X509SvidValidator.Validate(chain[0], chain.Skip(1), bundles, time.GetUtcNow());
            refusal = validation.Error ?? (validation.Id!.Equals(agent) ? null : $"it is {validation.Id}'s");
            if (refusal is not null)
                return null;
            var key = chain[0].GetECDsaPublicKey();
            refusal = key is null ? "its key is no elliptic-curve key" : null;
            return key;
        }
        catch (CryptographicException)
        {
            refusal = "its x5c holds what is no certificate";
            return null;
        }
        finally
        {
            chain.ForEach(certificate => certificate.Dispose());
        }
    }
}
