using Headrace.Consuming;

namespace Headrace.Redriving;

/// <summary>Which dead letters of one topic are neither redriven nor discarded, as far as it was read. What is resolved is remembered: a copy of it may still come. Used by one at a time.</summary>
internal sealed class DeadLetterIndex(DeadLetterTopic topic)
{
    private const int MostNames = 20;
    private const string Others = "(others)";
    private const string NoName = "(unknown)";

    private readonly Dictionary<(string Topic, int Partition), long> _next = [];
    private readonly HashSet<DeadLetterId> _resolved = [];
    private readonly Dictionary<DeadLetterId, (DateTimeOffset At, string Exception)> _waiting = [];

    public DeadLetterTopic Topic => topic;

    /// <summary>The topics it is read from.</summary>
    public IReadOnlyList<string> Topics => [topic.Resolved, topic.Name];

    public IReadOnlySet<DeadLetterId> Resolved => _resolved;

    /// <summary>What was said last of an alert, on whichever machine.</summary>
    public AlertState? Alert { get; private set; }

    /// <summary>Reads on to the ends, what is resolved first.</summary>
    public async Task ReadAsync(ClusterAdmin admin, LogReader reader, CancellationToken cancellation) =>
        await ReadAsync(admin, reader, await admin.EndOffsetsAsync(Topics, cancellation), cancellation);

    /// <summary>Reads on to these ends. Interrupted, it goes on where it was.</summary>
    public async Task ReadAsync(
        ClusterAdmin admin, LogReader reader, IReadOnlyDictionary<(string Topic, int Partition), long> ends, CancellationToken cancellation)
    {
        var own = ends.Where(end => Topics.Contains(end.Key.Topic)).ToDictionary();
        if (own.Any(end => end.Value < _next.GetValueOrDefault(end.Key)))
        {
            // A topic was deleted and made again.
            Clear();
        }

        if (own.All(end => end.Value == _next.GetValueOrDefault(end.Key)))
        {
            return;
        }

        var starts = own.Keys.All(_next.ContainsKey) ? null : await admin.StartOffsetsAsync(Topics, cancellation);
        foreach (var name in Topics)
        {
            var ranges = own.Where(end => end.Key.Topic == name)
                .Select(end => new LogPart(name, end.Key.Partition, _next.GetValueOrDefault(end.Key, starts?.GetValueOrDefault(end.Key) ?? 0), end.Value)).ToList();
            await foreach (var record in reader.ReadAsync(ranges, cancellation))
            {
                Add(record);
                _next[(name, record.Position.Partition)] = record.Position.Offset + 1;
            }

            ranges.ForEach(range => _next[(name, range.Partition)] = range.To);
        }
    }

    public DeadLetterSummary Summary()
    {
        var names = _waiting.Values.CountBy(static letter => letter.Exception).OrderByDescending(static pair => pair.Value).ThenBy(static pair => pair.Key).ToList();
        var rest = names.Skip(MostNames).Sum(static pair => pair.Value);
        return new()
        {
            Topic = topic.Name,
            Origin = topic.Origin,
            Group = topic.Group,
            Depth = _waiting.Count,
            OldestAt = _waiting.Count == 0 ? null : _waiting.Values.Min(static letter => letter.At),
            NewestAt = _waiting.Count == 0 ? null : _waiting.Values.Max(static letter => letter.At),
            ByException =
            [
                .. names.Take(MostNames).Select(static pair => KeyValuePair.Create(pair.Key, (long)pair.Value)),
                .. rest == 0 ? [] : new[] { KeyValuePair.Create(Others, (long)rest) },
            ],
        };
    }

    private void Add(LogRecord record)
    {
        if (record.Position.Topic == topic.Name)
        {
            var id = DeadLetterReading.Id(record, topic);
            if (!_resolved.Contains(id))
            {
                var failure = DeadLetterReading.Read(record, topic).Failure;
                _waiting.TryAdd(id, (failure.LastFailedAt ?? record.Timestamp, failure.ExceptionType ?? NoName));
            }
        }
        else if (record.Key.ToString() == AlertState.Key)
        {
            Alert = AlertState.TryRead(record.Value) ?? Alert;
        }
        else if (DeadLetterId.TryParse(record.Key.ToString()) is { } resolved)
        {
            _resolved.Add(resolved);
            _waiting.Remove(resolved);
        }
    }

    private void Clear()
    {
        _next.Clear();
        _resolved.Clear();
        _waiting.Clear();
        Alert = null;
    }
}
