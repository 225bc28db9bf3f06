namespace AgentMesh.Cli.Attacks;

/// <summary>An attempt from outside that must be refused, over real sockets.</summary>
internal interface IAttack
{
    Task<AttackResult> RunAsync(CancellationToken cancellationToken);
}
