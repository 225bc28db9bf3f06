using AgentMesh.AppHost;

var builder = DistributedApplication.CreateBuilder(args);

// mesh.json says what there is and who may call whom; nothing is listed here by hand.
using var mesh = MeshRun.Open(builder);
var manifest = mesh.Manifest;

// Who everybody is: SPIRE in containers, the embedded Workload API, or one that runs already (Mesh:Identity).
var identity = await builder.AddIdentitySourceAsync(mesh);

// Exchanges tokens, keeps approvals and revocations.
var authServer = builder.AddParty(mesh, manifest.Services["auth-server"])
    .WithIdentity(identity)
    .WithAuthServerState(mesh, identity)
    .WithVerifyAuditCommand(mesh)
    .WithCheckCommand(mesh)
    .WithAttackCommand(mesh);
authServer.WithIssuer(authServer);

identity.Embedded?.WithIssuer(authServer);

// Every other service of the manifest: the registry.
var services = mesh.OtherServices
    .Select(service => builder.AddParty(mesh, service).WithIdentity(identity).WithIssuer(authServer).WaitFor(authServer))
    .ToList();

// The agents.
var agents = manifest.Agents.Values.ToDictionary(
    agent => agent.Name,
    agent => builder.AddParty(mesh, agent)
        .WithIdentity(identity)
        .WithIssuer(authServer)
        .WithModel(builder.Configuration)
        .WithRotateCommand(mesh, identity, agent)
        .WithSwitchCommands(mesh, agent)
        .WaitFor(authServer));

// Agents find each other in those services, which know where every agent is.
foreach (var (agent, service) in agents.Values.SelectMany(agent => services, (agent, service) => (agent, service)))
{
    agent.WithAddressOf(service);
    service.WithAddressOf(agent);
}

// Their edges: where a callee listens is told to those who may call it, and to nobody else.
foreach (var edge in manifest.Agents.Values.SelectMany(agent => agent.Calls.Values))
    agents[edge.Caller.Name].WithEdge(edge, agents[edge.Callee.Name]);

// Whoever may be asked by a person can be asked in the dashboard.
foreach (var entry in mesh.Operator.Calls.Values)
    agents[entry.Callee.Name].WithAskCommand(mesh, entry);

mesh.AnnounceOnceReady(identity, authServer, services, agents);
builder.AddPublishing();

builder.Build().Run();
