namespace AgentMesh.Manifest.Internal.Syntax;

internal readonly record struct SyntaxMember(string Name, ManifestPosition Position, SyntaxNode Value);
