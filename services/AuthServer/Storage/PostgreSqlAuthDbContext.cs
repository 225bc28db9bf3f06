using Microsoft.EntityFrameworkCore;

namespace AgentMesh.AuthServer.Storage;

internal sealed class PostgreSqlAuthDbContext(DbContextOptions<PostgreSqlAuthDbContext> options) : AuthDbContext(options);
