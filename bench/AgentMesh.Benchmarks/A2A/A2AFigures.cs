using System.Diagnostics;
using System.Globalization;
using AgentMesh.A2A;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace AgentMesh.Benchmarks.A2A;

/// <summary>What a thousand streams cost and whether they lose anything, and what a page of a long listing costs.</summary>
internal static class A2AFigures
{
    private const int Streams = 1_000;
    private const int Events = 100;
    private const int Tasks = 100_000;

    public static async Task<int> Print(string[] args)
    {
        if (args is ["serve", var streams, var events, var database])
            return await CountingServer.ServeAsync(int.Parse(streams, CultureInfo.InvariantCulture), int.Parse(events, CultureInfo.InvariantCulture), database);

        Console.WriteLine($"A2A on {Environment.ProcessorCount} processors");
        var kept = await StreamAsync("in memory", database: "-");
        var file = Path.Combine(Path.GetTempPath(), $"a2a-{Guid.NewGuid():N}.db");
        try
        {
            kept &= await StreamAsync("SQLite", file);
        }
        finally
        {
            Delete(file);
        }

        kept &= await ListAsync("in memory", new InMemoryTaskStore());
        try
        {
            await using var store = new RelationalTaskStore(SqliteFactory.Instance.CreateDataSource($"Data Source={file}"), TaskStoreDialect.Sqlite, CountingServer.Secrets);
            await store.CreateSchemaAsync();
            kept &= await ListAsync("SQLite", store);
        }
        finally
        {
            SqliteConnection.ClearAllPools();
            Delete(file);
        }
        if (args is [var connectionString])
        {
            await using var source = NpgsqlDataSource.Create(connectionString);
            await using var store = new RelationalTaskStore(source, TaskStoreDialect.PostgreSql, CountingServer.Secrets);
            await store.CreateSchemaAsync();
            kept &= await ListAsync("PostgreSQL", store);
        }
        else
        {
            Console.WriteLine(" PostgreSQL is not measured: give the connection string of an empty database as the argument");
        }
        return kept ? 0 : 1;
    }

    /// <summary>All streams are open before the first event is made, then all tasks make theirs at once.</summary>
    private static async Task<bool> StreamAsync(string name, string database)
    {
        await using var server = await CountingServer.StartAsync(Streams, Events, database);
        var card = server.Card;
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, MaxConnectionsPerServer = Streams }) { Timeout = Timeout.InfiniteTimeSpan };
        var start = Stopwatch.GetTimestamp();
        var readers = await Task.WhenAll(Enumerable.Range(0, Streams).Select(_ => ReadAsync(new A2AClient(http, card))));
        var elapsed = Stopwatch.GetElapsedTime(start);
        Console.WriteLine($" {Streams:N0} concurrent task streams, {Events} events each, store {name}");
        Row("events that all streams saw", readers.Sum(reader => reader.Seen), "");
        Row("events a second, the client's work included", readers.Sum(reader => reader.Seen) / elapsed.TotalSeconds, "/s");
        var kept = Row("events lost", ((long)Streams * Events) - readers.Sum(reader => reader.Seen), "", atMost: 0);
        kept &= Row("events out of order", readers.Sum(reader => reader.OutOfOrder), "", atMost: 0);
        kept &= Row("streams that did not end with their task", readers.Count(reader => !reader.Completed), "", atMost: 0);
        return Row("server's peak resident memory", server.PeakBytes() / 1e6, "MB", atMost: 500) && kept;
    }

    private static async Task<(long Seen, int OutOfOrder, bool Completed)> ReadAsync(A2AClient client)
    {
        var seen = 0;
        var outOfOrder = 0;
        var completed = false;
        await foreach (var item in client.SendStreamingMessageAsync(new() { Message = Message.FromUser("count") }))
        {
            if (item.ArtifactUpdate is { } update)
            {
                if (update.Artifact.Parts[0].Text != seen.ToString(CultureInfo.InvariantCulture))
                    outOfOrder++;
                seen++;
            }
            completed |= item.State == TaskState.Completed;
        }
        return (seen, outOfOrder, completed);
    }

    /// <summary>Makes the tasks, then pages through all of them, timing the first and the last hundred pages.</summary>
    private static async Task<bool> ListAsync(string name, ITaskStore store)
    {
        var begin = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        await Parallel.ForEachAsync(Enumerable.Range(0, Tasks), new ParallelOptions { MaxDegreeOfParallelism = 512 }, async (i, cancellationToken) => await store.AddAsync(
            "me",
            new() { Id = $"{i:D8}", ContextId = $"c{i % 100}", Status = new() { State = TaskState.Completed, Timestamp = begin.AddSeconds(i) }, History = [Message.FromUser("score port-abc")] },
            cancellationToken));
        List<double> pages = [];
        var count = 0;
        var cursor = "";
        do
        {
            var start = Stopwatch.GetTimestamp();
            var page = await store.ListAsync("me", new() { PageSize = 100, Cursor = cursor, HistoryLength = 1 }, default);
            pages.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            count += page.Tasks.Count;
            cursor = page.NextCursor;
        }
        while (cursor.Length > 0);
        var first = Median(pages.Skip(1).Take(100));
        var last = Median(pages.TakeLast(100));
        Console.WriteLine($" {Tasks:N0} tasks listed in pages of 100, store {name}");
        var kept = Row("tasks that were not listed", Tasks - count, "", atMost: 0);
        Row("first page, which counts all", pages[0], "ms");
        Row("median of pages 2 to 101", first, "ms");
        Row("median of the last 100 pages", last, "ms");
        return Row("last pages against first pages", last / first, "x", atMost: 2) && kept;
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }

    private static bool Row(string name, double value, string unit, double? atMost = null)
    {
        var kept = atMost is null || value <= atMost;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {name,-58} {value,12:#,0.##} {unit,-3} {(atMost is { } most ? $"at most {most:N0}" : "")}{(kept ? "" : "  NOT KEPT")}"));
        return kept;
    }

    private static void Delete(string file)
    {
        foreach (var each in new[] { file, file + "-wal", file + "-shm" })
            File.Delete(each);
    }
}
