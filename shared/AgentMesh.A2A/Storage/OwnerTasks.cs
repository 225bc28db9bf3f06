namespace AgentMesh.A2A;

/// <summary>One owner's tasks in memory, ordered by the time of their status.</summary>
internal sealed class OwnerTasks
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, TaskRecord> _tasks = new(StringComparer.Ordinal);
    private readonly SortedSet<Place> _order = [];
    private readonly Dictionary<string, SortedSet<Place>> _orderByContext = new(StringComparer.Ordinal);
    private readonly Dictionary<TaskState, SortedSet<Place>> _orderByState = [];

    /// <summary>Newest first; ids settle equal times.</summary>
    private readonly record struct Place(long Updated, string Id) : IComparable<Place>
    {
        public int CompareTo(Place other) => other.Updated != Updated
            ? other.Updated.CompareTo(Updated)
            : string.CompareOrdinal(other.Id, Id);
    }

    public void Add(AgentTask task)
    {
        lock (_gate)
        {
            var record = new TaskRecord(task);
            _tasks.Add(task.Id, record);
            Insert(record);
        }
    }

    public void Apply(TaskChange change)
    {
        lock (_gate)
        {
            if (!_tasks.TryGetValue(change.TaskId, out var record))
                return;
            if (change.Status is not null)
                Remove(record);
            record.Apply(change);
            if (change.Status is not null)
                Insert(record);
        }
    }

    public AgentTask? Find(string taskId, int? historyLength, bool includeArtifacts)
    {
        lock (_gate)
            return _tasks.TryGetValue(taskId, out var record) ? record.Snapshot(historyLength, includeArtifacts) : null;
    }

    public TaskPage List(TaskQuery query, PageCursor? cursor)
    {
        lock (_gate)
        {
            var order = query.ContextId is { Length: > 0 } context ? _orderByContext.GetValueOrDefault(context) ?? []
                : query.State is { } state ? _orderByState.GetValueOrDefault(state) ?? []
                : _order;
            var since = query.Since?.ToUnixTimeMilliseconds() ?? long.MinValue;
            var total = cursor?.Total ?? Count(order, query, since);
            List<AgentTask> page = [];
            var from = cursor is { } behind ? new Place(behind.UpdatedMilliseconds, behind.TaskId) : order.Min;
            var end = new Place(since, "");
            // The cursor, or all there is, may be older than what is asked for.
            if (order.Count == 0 || from.CompareTo(end) > 0)
                return new([], "", total);
            Place last = default;
            foreach (var place in order.GetViewBetween(from, end))
            {
                if (cursor is not null && place == from || !Matches(place, query))
                    continue;
                if (page.Count == query.PageSize)
                    return new(page, new PageCursor(last.Updated, last.Id, total).ToString(), total);
                page.Add(_tasks[place.Id].Snapshot(query.HistoryLength, query.IncludeArtifacts));
                last = place;
            }
            return new(page, "", total);
        }
    }

    public IReadOnlyList<string> Unfinished()
    {
        lock (_gate)
            return [.. Places(TaskState.Submitted, TaskState.Working, TaskState.AuthRequired).Select(place => place.Id)];
    }

    public IReadOnlyList<(long Updated, string Id)> Interrupted(DateTimeOffset before)
    {
        lock (_gate)
            return [.. Places(TaskState.InputRequired, TaskState.AuthRequired).Where(place => place.Updated < before.ToUnixTimeMilliseconds()).Select(place => (place.Updated, place.Id))];
    }

    public int DeleteEnded(DateTimeOffset before)
    {
        lock (_gate)
        {
            var ended = _tasks.Values.Where(each => each.State.IsTerminal() && each.Updated < before.ToUnixTimeMilliseconds()).ToList();
            ended.ForEach(Delete);
            return ended.Count;
        }
    }

    public TaskUsage Measure()
    {
        lock (_gate)
            return new(_tasks.Count, _tasks.Values.Sum(each => each.Bytes));
    }

    public TaskUsage DeleteOldest(TaskUsage atLeast)
    {
        lock (_gate)
        {
            var freed = default(TaskUsage);
            foreach (var place in Places(TaskState.Completed, TaskState.Failed, TaskState.Canceled, TaskState.Rejected).OrderDescending().ToList())
            {
                if (freed.Tasks >= atLeast.Tasks && freed.Bytes >= atLeast.Bytes)
                    break;
                var record = _tasks[place.Id];
                freed = new(freed.Tasks + 1, freed.Bytes + record.Bytes);
                Delete(record);
            }
            return freed;
        }
    }

    public void SetPushConfig(TaskPushNotificationConfig config)
    {
        lock (_gate)
            if (_tasks.TryGetValue(config.TaskId!, out var record))
                record.PushConfigs[config.Id!] = config;
    }

    public IReadOnlyList<TaskPushNotificationConfig> PushConfigs(string taskId)
    {
        lock (_gate)
            return _tasks.TryGetValue(taskId, out var record) ? [.. record.PushConfigs.Values] : [];
    }

    public void DeletePushConfig(string taskId, string configId)
    {
        lock (_gate)
            if (_tasks.TryGetValue(taskId, out var record))
                record.PushConfigs.Remove(configId);
    }

    private IEnumerable<Place> Places(params IEnumerable<TaskState> states) => states.SelectMany(state => _orderByState.GetValueOrDefault(state) ?? []);

    private bool Matches(Place place, TaskQuery query) => query.State is not { } state || _tasks[place.Id].State == state;

    /// <summary>What one index holds is counted already; only what two narrow, or a time, is looked through.</summary>
    private int Count(SortedSet<Place> order, TaskQuery query, long since) =>
        since == long.MinValue && (query.State is null || query.ContextId is not { Length: > 0 })
            ? order.Count
            : order.TakeWhile(place => place.Updated >= since).Count(place => Matches(place, query));

    private void Delete(TaskRecord record)
    {
        Remove(record);
        _tasks.Remove(record.Id);
    }

    private void Insert(TaskRecord record)
    {
        var place = new Place(record.Updated, record.Id);
        _order.Add(place);
        Insert(_orderByState, record.State, place);
        if (record.ContextId is { } context)
            Insert(_orderByContext, context, place);
    }

    private void Remove(TaskRecord record)
    {
        var place = new Place(record.Updated, record.Id);
        _order.Remove(place);
        Remove(_orderByState, record.State, place);
        if (record.ContextId is { } context)
            Remove(_orderByContext, context, place);
    }

    private static void Insert<TKey>(Dictionary<TKey, SortedSet<Place>> orders, TKey key, Place place) where TKey : notnull
    {
        if (!orders.TryGetValue(key, out var order))
            orders[key] = order = [];
        order.Add(place);
    }

    private static void Remove<TKey>(Dictionary<TKey, SortedSet<Place>> orders, TKey key, Place place) where TKey : notnull
    {
        if (orders.TryGetValue(key, out var order) && order.Remove(place) && order.Count == 0)
            orders.Remove(key);
    }
}
