namespace AgentMesh.Cli.Attacks;

/// <summary>What became of one attack.</summary>
/// <param name="Name">What was tried.</param>
/// <param name="Target">The party that was attacked.</param>
/// <param name="Refused">The target refused for the reason that the attack is about; another failure does not count.</param>
/// <param name="Evidence">What was received, in the words of the one who refused.</param>
internal sealed record AttackResult(string Name, string Target, bool Refused, string Evidence);
