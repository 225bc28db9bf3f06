using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace AgentMesh.A2A.Mesh;

/// <summary>Where an agent's tasks are kept, and for how long: the settings <c>Mesh:Tasks</c>.</summary>
public sealed record TaskSettings
{
    /// <summary>The section.</summary>
    public const string Section = "Mesh:Tasks";

    private static readonly TimeSpan Longest = TimeSpan.FromDays(3650);

    private TaskSettings()
    {
    }

    /// <summary>What keeps them: <see cref="TaskStoreKind.Memory"/> unless set.</summary>
    public TaskStoreKind Store { get; private init; }

    /// <summary>The database, with <see cref="TaskStoreKind.PostgreSql"/>. It holds a password: never shown.</summary>
    public string? ConnectionString { get; private init; }

    /// <summary>How long tasks are kept after they end. Default one hour: an agent's own are those of requests under way and of the conversation just held.</summary>
    public TimeSpan Retention { get; private init; }

    /// <summary>How long a task may wait for its client or for an authorization before it is failed. Default one hour.</summary>
    public TimeSpan InterruptedRetention { get; private init; }

    /// <summary>How many tasks are kept for one caller; the oldest that ended make room. Default 10,000.</summary>
    public int PerCaller { get; private init; }

    /// <summary>How many bytes are kept for one caller, about. Default 64 MiB.</summary>
    public int BytesPerCaller { get; private init; }

    /// <summary>How many tasks of one caller are worked on or listened to at a time. Default 2,500.</summary>
    public int LivePerCaller { get; private init; }

    /// <summary>Reads the settings.</summary>
    /// <param name="configuration">The agent's configuration.</param>
    /// <exception cref="OptionsValidationException">A setting is wrong; the message names it and the fix.</exception>
    public static TaskSettings Read(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var section = configuration.GetSection(Section);
        var store = section["Store"] is { Length: > 0 } given
            ? Enum.TryParse<TaskStoreKind>(given, ignoreCase: true, out var kind) && char.IsAsciiLetter(given[0]) ? kind : throw Fault("Store", $"is '{given}'; it must be memory, sqlite or postgresql.")
            : TaskStoreKind.Memory;
        var connection = section["ConnectionString"] is { Length: > 0 } text ? text : null;
        if (store == TaskStoreKind.PostgreSql && connection is null)
            throw Fault("ConnectionString", $"is not set, and {Section}:Store is postgresql. Set it (environment: Mesh__Tasks__ConnectionString) to the database's, from a secret store.");
        if (store != TaskStoreKind.PostgreSql && connection is not null)
            throw Fault("ConnectionString", $"is set, but {Section}:Store is {(store == TaskStoreKind.Memory ? "memory" : "sqlite")}. Set {Section}:Store to postgresql, or leave the connection string out.");
        return new()
        {
            Store = store,
            ConnectionString = connection,
            Retention = Time(section, "Retention"),
            InterruptedRetention = Time(section, "InterruptedRetention"),
            PerCaller = Count(section, "PerCaller", 10_000),
            BytesPerCaller = Count(section, "BytesPerCaller", 64 * 1024 * 1024),
            LivePerCaller = Count(section, "LivePerCaller", 2_500),
        };
    }

    /// <summary>Kind and times; never the connection string.</summary>
    /// <returns>A line for logs.</returns>
    public override string ToString() => $"{Store}, kept for {Retention}, waiting for at most {InterruptedRetention}";

    private static TimeSpan Time(IConfigurationSection section, string name) => section[name] switch
    {
        null or "" => TimeSpan.FromHours(1),
        var given when TimeSpan.TryParse(given, CultureInfo.InvariantCulture, out var time) && time > TimeSpan.Zero && time <= Longest => time,
        var given => throw Fault(name, $"is '{given}'; it must be a time above zero and up to {Longest.Days} days, such as 01:00:00 or 7.00:00:00."),
    };

    private static int Count(IConfigurationSection section, string name, int standard) => section[name] switch
    {
        null or "" => standard,
        var given when int.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0 => count,
        var given => throw Fault(name, $"is '{given}'; it must be a whole number above zero, such as {standard}."),
    };

    private static OptionsValidationException Fault(string name, string fault) => new(nameof(TaskSettings), typeof(TaskSettings), [$"{Section}:{name} {fault}"]);
}

/// <summary>What keeps an agent's tasks.</summary>
public enum TaskStoreKind
{
    /// <summary>Memory: tasks end with the process.</summary>
    Memory,

    /// <summary>A SQLite file in the agent's data directory.</summary>
    Sqlite,

    /// <summary>A PostgreSQL database.</summary>
    PostgreSql,
}
