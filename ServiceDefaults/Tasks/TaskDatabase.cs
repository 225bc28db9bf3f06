using System.Data.Common;
using AgentMesh.A2A;
using AgentMesh.A2A.Mesh;
using AgentMesh.Auth;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AgentMesh.ServiceDefaults;

/// <summary>Keeps an agent's tasks in the database that <c>Mesh:Tasks</c> names, so that they outlive the process.</summary>
public sealed class TaskDatabase : IAsyncDisposable
{
    private const string Purpose = "AgentMesh.A2A.Webhooks";

    private readonly DbDataSource _source;

    private TaskDatabase(DbDataSource source, RelationalTaskStore store) => (_source, Store) = (source, store);

    /// <summary>The tasks. Its tables are there.</summary>
    public RelationalTaskStore Store { get; }

    /// <summary>Registers the store; nothing where <c>Mesh:Tasks:Store</c> is <c>memory</c>. <see cref="AgentDefaults.AddAgent"/> does it.</summary>
    /// <param name="builder">The agent's builder, before its first <c>AddSkill</c>.</param>
    /// <returns>The same builder.</returns>
    public static WebApplicationBuilder Add(WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var settings = TaskSettings.Read(builder.Configuration);
        if (settings.Store == TaskStoreKind.Memory)
            return builder;
        builder.Services.AddSingleton(services => Open(services, settings));
        builder.Services.AddSingleton<ITaskStore>(services => services.GetRequiredService<TaskDatabase>().Store);
        return builder;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        await _source.DisposeAsync();
    }

    private static TaskDatabase Open(IServiceProvider services, TaskSettings settings)
    {
        var identity = services.GetRequiredService<MeshIdentity>();
        var folder = new TaskFolder(services.GetRequiredService<IConfiguration>(), identity);
        var secrets = folder.Secrets().CreateProtector(Purpose);
        var (source, dialect) = settings.Store == TaskStoreKind.Sqlite
            ? (folder.Database(), TaskStoreDialect.Sqlite)
            : (TaskSchema.Open(settings.ConnectionString!, identity.Party.Name), TaskStoreDialect.PostgreSql);
        var store = new RelationalTaskStore(source, dialect, secrets, services.GetRequiredService<ILogger<RelationalTaskStore>>());
        try
        {
            store.CreateSchema();
        }
        catch (DbException fault)
        {
            throw new StartupException(settings.Store == TaskStoreKind.Sqlite ? folder.Explain(fault) : TaskSchema.Explain(fault), fault);
        }
        return new(source, store);
    }
}
