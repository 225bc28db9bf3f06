using System.CommandLine;
using AgentMesh.Cli.Output;

namespace AgentMesh.Cli.CommandLine;

/// <summary><c>mesh audit</c>: reads the ledger, and checks journals against it.</summary>
internal static class AuditCommand
{
    public static Command Create(Screen screen) => new("audit", "Read what was decided, and check that nobody changed the record.")
    {
        AuditTailCommand.Create(screen),
        AuditVerifyCommand.Create(screen),
    };
}
