namespace AgentMesh.Manifest.Internal.Syntax;

internal enum SyntaxKind
{
    Object,
    Array,
    String,
    Number,
    Boolean,
    Null,
}
