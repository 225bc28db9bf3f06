using Microsoft.EntityFrameworkCore;

namespace AgentMesh.AuthServer.Storage;

internal sealed class SqliteAuthDbContext(DbContextOptions<SqliteAuthDbContext> options) : AuthDbContext(options);
