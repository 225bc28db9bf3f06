namespace AgentMesh.A2A;

/// <summary>One owner's tasks in memory, ordered by the time of their status.</summary>
internal sealed class OwnerTasks
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, TaskRecord> _tasks = new(StringComparer.Ordinal);
    private readonly SortedSet<Place> _order = [];
    private readonly Dictionary<string, SortedSet<Place>> _orderByContext = new(StringComparer.Ordinal);

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
            var order = query.ContextId is { Length: > 0 } context ? _orderByContext.GetValueOrDefault(context) ?? [] : _order;
            var since = query.Since?.ToUnixTimeMilliseconds() ?? long.MinValue;
            var total = cursor?.Total ?? Count(order, query, since);
            List<AgentTask> page = [];
            var from = cursor is { } behind ? new Place(behind.UpdatedMilliseconds, behind.TaskId) : order.Min;
            if (order.Count == 0)
                return new([], "", total);
            Place last = default;
            foreach (var place in order.GetViewBetween(from, new Place(long.MinValue, "")))
            {
                if (cursor is not null && place == from || !Matches(place, query, since))
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
            return [.. _tasks.Values.Where(each => each.State is TaskState.Submitted or TaskState.Working).Select(each => each.Id)];
    }

    public int DeleteEnded(DateTimeOffset before)
    {
        lock (_gate)
        {
            var ended = _tasks.Values.Where(each => each.State.IsTerminal() && each.Updated < before.ToUnixTimeMilliseconds()).ToList();
            foreach (var record in ended)
            {
                Remove(record);
                _tasks.Remove(record.Id);
            }
            return ended.Count;
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

    private bool Matches(Place place, TaskQuery query, long since) =>
        place.Updated >= since && (query.State is not { } state || _tasks[place.Id].State == state);

    private int Count(SortedSet<Place> order, TaskQuery query, long since) =>
        query.State is null && since == long.MinValue ? order.Count : order.Count(place => Matches(place, query, since));

    private void Insert(TaskRecord record)
    {
        var place = new Place(record.Updated, record.Id);
        _order.Add(place);
        if (record.ContextId is not { } context)
            return;
        if (!_orderByContext.TryGetValue(context, out var order))
            _orderByContext[context] = order = [];
        order.Add(place);
    }

    private void Remove(TaskRecord record)
    {
        var place = new Place(record.Updated, record.Id);
        _order.Remove(place);
        if (record.ContextId is { } context && _orderByContext.TryGetValue(context, out var order) && order.Remove(place) && order.Count == 0)
            _orderByContext.Remove(context);
    }
}
