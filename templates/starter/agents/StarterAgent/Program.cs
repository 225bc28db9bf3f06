using System.Security.Claims;
using AgentMesh.Agents.StarterAgent;
using AgentMesh.Auth.AspNetCore;
using AgentMesh.ServiceDefaults;

return await Agent.RunAsync(() =>
{
    var builder = WebApplication.CreateBuilder(args);
    builder.AddAgent();

    var app = builder.Build();
    app.UseAgent();
    // An endpoint without a scope is refused. Who asks was proved before this runs.
    app.MapPost("/ask", (Question question, ClaimsPrincipal user) => new Answer(
            $"{user.FindFirstValue(AgentAuthenticationDefaults.CallerClaim)} asked \"{question.Text}\". This agent has no tools yet: add them in Program.cs.",
            "none", []))
        .RequireScope("starter-agent.ask");
    return app;
});
