using System.Globalization;
using System.Text.Json;
using Headrace.Consuming;

namespace Headrace.Redriving;

/// <summary>
/// One redrive or discard of a group. Copies and what says that they are resolved are written in transactions of some hundred: whenever it ends, another run finds what is left.
/// </summary>
internal sealed class RedriveRun
{
    private const int BatchRecords = 500;
    private const long BatchBytes = 8_000_000;

    private readonly DeadLetterFilter _filter;
    private readonly RedriveOptions _options;
    private readonly string _action;
    private readonly IProgress<RedriveProgress>? _progress;
    private readonly TimeProvider _time;
    private readonly string _id = Guid.CreateVersion7().ToString("N");
    private readonly Dictionary<string, long> _byException = [];
    private readonly List<OutgoingRecord> _batch = [];
    private RedriveCopies? _copies;
    private long _scanned;
    private long _toScan;
    private long _matched;
    private long _done;
    private long _pending;
    private long _bytes;

    /// <param name="filter">Which dead letters are meant.</param>
    /// <param name="options">How.</param>
    /// <param name="action">One of <see cref="Resolution"/>.</param>
    /// <param name="progress">Told after every transaction.</param>
    /// <param name="time">The clock of the rate.</param>
    public RedriveRun(DeadLetterFilter filter, RedriveOptions options, string action, IProgress<RedriveProgress>? progress, TimeProvider time) =>
        (_filter, _options, _action, _progress, _time) = (filter with { IncludesResolved = false }, options, action, progress, time);

    private bool IsRedrive => _action == Resolution.Redriven;

    private bool IsEnough => _matched >= (_options.Most ?? long.MaxValue);

    private RedriveProgress Progress => new(_scanned, _toScan, _matched, _done);

    public async Task<RedriveResult> CountAsync(IReadOnlyList<DeadLetterTopic> topics, ClusterAdmin admin, LogReader reader, CancellationToken cancellation)
    {
        await ScanAsync(topics, admin, reader, static (_, _, _) => Task.CompletedTask, cancellation);
        _progress?.Report(Progress);
        return Result();
    }

    public async Task<RedriveResult> RunAsync(
        IReadOnlyList<DeadLetterTopic> topics, ClusterAdmin admin, LogReader reader, TransactionalProducer producer, CancellationToken cancellation)
    {
        await RedriveTopics.EnsureAsync(admin, topics, IsRedrive ? _options.Target : null, cancellation);
        _copies = new(_options, await admin.ListTopicsAsync(cancellation));
        // The first transaction ends what a run before has left open and fences it, so that nothing is resolved any more while this one reads what is.
        await CommitAsync(producer, [Audit(topics, "started")], cancellation);
        var began = _time.GetTimestamp();
        try
        {
            await ScanAsync(topics, admin, reader, (record, letter, topic) => TakeAsync(record, letter, topic, producer, began, cancellation), cancellation);
            await FlushAsync(producer, began, cancellation);
            await CommitAsync(producer, [Audit(topics, "completed")], cancellation);
            return Result();
        }
        catch (Exception error)
        {
            await TryAuditAsync(producer, Audit(topics, "stopped", error.Message));
            throw;
        }
    }

    private async Task ScanAsync(
        IReadOnlyList<DeadLetterTopic> topics,
        ClusterAdmin admin,
        LogReader reader,
        Func<LogRecord, DeadLetter, DeadLetterTopic, Task> take,
        CancellationToken cancellation)
    {
        foreach (var topic in topics)
        {
            var ranges = await DeadLetterScan.RangesAsync(admin, topic, _filter, cancellation);
            _toScan += ranges.Sum(static range => range.To - range.From);
            var scan = new DeadLetterScan(topic, admin, reader);
            await foreach (var (record, letter) in scan.ReadAsync(ranges, cancellation))
            {
                if (IsEnough)
                {
                    break;
                }

                _scanned++;
                if (!_filter.Matches(letter))
                {
                    continue;
                }

                _matched++;
                var name = letter.Failure.ExceptionType ?? "(unknown)";
                _byException[name] = _byException.GetValueOrDefault(name) + 1;
                await take(record, letter, topic);
            }
        }
    }

    private async Task TakeAsync(LogRecord record, DeadLetter letter, DeadLetterTopic topic, TransactionalProducer producer, long began, CancellationToken cancellation)
    {
        string? to = null;
        if (IsRedrive)
        {
            var copy = _copies!.Of(record, letter, topic);
            to = copy.Topic;
            _batch.Add(copy);
        }

        if ((!IsRedrive || _options.Target == RedriveTarget.Origin) && _copies!.ReleaseOf(record, letter, topic) is { } release)
        {
            _batch.Add(release);
        }

        var resolution = new Resolution(_action, _id, _time.GetUtcNow(), _options.By, to);
        var value = JsonSerializer.SerializeToUtf8Bytes(resolution, RedrivingJson.Default.Resolution);
        _batch.Add(new(topic.Resolved, DeadLetterReading.Id(record, topic).ToString(), value) { Partition = record.Position.Partition });
        _pending++;
        _bytes += (record.Value?.Length ?? 0) + record.Key.Bytes.Length;
        // A fifth of a second of what the rate allows, so that the rate is smooth.
        if (_pending >= Math.Clamp((_options.Rate ?? double.MaxValue) / 5, 1, BatchRecords) || _bytes >= BatchBytes)
        {
            await FlushAsync(producer, began, cancellation);
        }
    }

    private async Task FlushAsync(TransactionalProducer producer, long began, CancellationToken cancellation)
    {
        if (_pending > 0)
        {
            await CommitAsync(producer, _batch, cancellation);
            _done += _pending;
            _batch.Clear();
            (_pending, _bytes) = (0, 0);
        }

        _progress?.Report(Progress);
        if (_options.Rate is { } rate && TimeSpan.FromSeconds(_done / rate) - _time.GetElapsedTime(began) is var early && early > TimeSpan.Zero)
        {
            await Task.Delay(early, _time, cancellation);
        }
    }

    private static async Task CommitAsync(TransactionalProducer producer, IReadOnlyList<OutgoingRecord> records, CancellationToken cancellation)
    {
        await using var transaction = await producer.BeginAsync(cancellation);
        foreach (var record in records)
        {
            transaction.Produce(record);
        }

        await transaction.CommitAsync(cancellation);
    }

    // What the caller hears is why it stopped, not that this could not be noted.
    private static async Task TryAuditAsync(TransactionalProducer producer, OutgoingRecord entry)
    {
        try
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5), TimeProvider.System);
            await CommitAsync(producer, [entry], patience.Token);
        }
        catch (Exception error) when (error is TransactionException or OperationCanceledException)
        {
        }
    }

    private OutgoingRecord Audit(IReadOnlyList<DeadLetterTopic> topics, string phase, string? error = null)
    {
        var entry = new AuditEntry
        {
            Run = _id,
            At = _time.GetUtcNow(),
            By = _options.By,
            Action = _action,
            Phase = phase,
            Group = topics[0].Group,
            Topics = [.. topics.Select(static topic => topic.Name)],
            Target = IsRedrive ? _options.Target.ToString().ToLower(CultureInfo.InvariantCulture) : null,
            Filter = _filter.ToString(),
            IsEdited = _options.Edit is not null,
            Rate = _options.Rate,
            Most = _options.Most,
            Matched = _matched,
            Done = _done,
            Error = error,
        };
        return new(RedriveTopics.Audit, entry.Group, JsonSerializer.SerializeToUtf8Bytes(entry, RedrivingJson.Default.AuditEntry));
    }

    private RedriveResult Result() => new() { Id = _id, Matched = _matched, Done = _done, ByException = _byException };
}
