using AgentMesh.A2A;
using AgentMesh.A2A.Mesh;
using AgentMesh.Auth;

namespace AgentMesh.Agents.StarterAgent;

/// <summary>What the agent can do, over A2A. A skill without a scope is refused; who asks was proved before this runs.</summary>
[Skill("ask", "starter-agent.ask", Description = "Answers a question. Takes {\"question\"}.", Tags = ["question"])]
internal sealed class AskSkill : SkillHandler<Question, Answer>
{
    protected override Task<Answer> RunAsync(Question request, AgentTaskContext task, CancellationToken cancellationToken) => Task.FromResult(new Answer(
        $"{DelegationContext.Current!.Caller} asked \"{request.Text}\". This agent has no tools yet: add them in AskSkill.cs.", "none", []));
}
