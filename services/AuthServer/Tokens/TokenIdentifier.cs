using System.Buffers.Text;
using System.Security.Cryptography;

namespace AgentMesh.AuthServer.Tokens;

/// <summary>Identifiers nobody can guess: 128 random bits, base64url.</summary>
internal static class TokenIdentifier
{
    public static string Create()
    {
        Span<byte> random = stackalloc byte[16];
        RandomNumberGenerator.Fill(random);
        return Base64Url.EncodeToString(random);
    }
}
