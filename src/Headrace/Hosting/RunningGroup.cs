using Headrace.Failures;
using Headrace.Pipeline;
using Headrace.Topology;

namespace Headrace.Hosting;

/// <summary>One group in this process: waits until it may start, then consumes until the host stops.</summary>
internal sealed class RunningGroup : IAsyncDisposable
{
    private readonly GroupSurroundings _surroundings;
    private readonly GroupPipeline _pipeline;
    private readonly IReadOnlyList<TopicPattern> _patterns;

    // Written by the cluster's loop and by operators, read by whoever asks for the status.
    private volatile RecordConsumer? _consumer;
    private volatile string? _waitsFor = "Waiting for Kafka.";
    private volatile bool _isRefused;
    private volatile bool _isPaused;

    public RunningGroup(GroupModel model, ClusterSettings settings, GroupSurroundings surroundings, DeadLetterTopics deadLetters)
    {
        (Model, _surroundings, DeadLetters) = (model, surroundings, deadLetters);
        _pipeline = new(model, surroundings);
        _patterns = [.. model.TopicPatterns.Select(pattern => new TopicPattern(pattern))];
        _isPaused = settings.Group(model.Name).Paused ?? false;
        Options = ConsumerOptionsOf(model, settings, BatchRules.Of(model, _pipeline));
    }

    public GroupModel Model { get; }

    public string Name => Model.Name;

    public DeadLetterTopics DeadLetters { get; }

    public ConsumerOptions Options { get; }

    public GroupCounters Counters => _pipeline.Counters;

    public bool IsStarted => _consumer is not null;

    /// <summary>Whether the group will not start in this process: what is missing was to make it fail.</summary>
    public bool IsRefused => _isRefused;

    public ConsumerSnapshot? Snapshot() => _consumer?.Snapshot();

    /// <summary>Those of the topics that the group reads.</summary>
    public IEnumerable<string> TopicsAmong(IEnumerable<string> topics) => topics.Where(topic =>
        Model.TopicNames.Contains(topic) || (!Model.ExcludesFromPatterns(topic) && _patterns.Any(pattern => pattern.Matches(topic))));

    /// <summary>Begins to consume.</summary>
    public void Start()
    {
        var consumer = new RecordConsumer(Options, _pipeline.HandleAsync, _surroundings.Loggers, _surroundings.Time);
        if (_isPaused)
        {
            consumer.Pause();
        }

        consumer.Start();
        _waitsFor = null;
        _consumer = consumer;
    }

    public void WaitFor(string reason) => _waitsFor = reason;

    public void Refuse(string reason)
    {
        _waitsFor = reason;
        _isRefused = true;
    }

    public void Pause()
    {
        _isPaused = true;
        _consumer?.Pause();
    }

    public void Resume()
    {
        _isPaused = false;
        _consumer?.Resume();
    }

    public void StopFetching() => _consumer?.StopFetching();

    public Task StopAsync(CancellationToken deadline) => _consumer?.StopAsync(deadline) ?? Task.CompletedTask;

    public GroupStatus Status(long? lag)
    {
        var snapshot = Snapshot();
        return new()
        {
            Name = Name,
            State = snapshot?.State ?? (_isRefused ? ConsumerState.Faulted : ConsumerState.Starting),
            Handled = Counters.Handled,
            Failed = Counters.Failed,
            Retried = Counters.Retried,
            DeadLettered = Counters.DeadLettered,
            Lag = lag,
            LastError = snapshot?.Fault?.Message ?? snapshot?.LastError ?? _waitsFor ?? Counters.LastError,
            WaitsFor = snapshot is null ? _waitsFor : snapshot.LastError,
            IsConnected = snapshot?.IsConnected ?? false,
            MissingTopics = snapshot?.MissingTopics ?? [],
            Partitions = snapshot?.Partitions ?? [],
        };
    }

    public async ValueTask DisposeAsync()
    {
        if (_consumer is { } consumer)
        {
            await consumer.DisposeAsync();
        }

        _pipeline.Dispose();
    }

    private static ConsumerOptions ConsumerOptionsOf(GroupModel model, ClusterSettings settings, Func<string, BatchRule?>? batchOf)
    {
        var (chosen, defaults) = (settings.Group(model.Name), new ConsumerOptions { GroupId = model.Name });
        return new()
        {
            GroupId = model.Name,
            Topics = model.TopicNames,
            TopicPatterns = model.TopicPatterns,
            ExcludeFromPatterns = model.ExcludesFromPatterns,
            ClientSettings = settings.Consumer(model.Name),
            Workers = chosen.Workers ?? model.Workers ?? defaults.Workers,
            Ordering = model.Ordering,
            BatchOf = batchOf,
            LookAheadRecords = chosen.LookAheadRecords ?? defaults.LookAheadRecords,
            LookAheadBytes = chosen.LookAheadBytes ?? defaults.LookAheadBytes,
            CommitInterval = chosen.CommitInterval ?? defaults.CommitInterval,
            RevokeDrain = chosen.RevokeDrain ?? defaults.RevokeDrain,
            TopicRefresh = chosen.TopicRefresh ?? defaults.TopicRefresh,
            StaticMember = chosen.StaticMember ?? defaults.StaticMember,
            OffsetMapBytes = chosen.OffsetMapBytes ?? defaults.OffsetMapBytes,
            TrustMapsWithoutEpoch = chosen.TrustMapsWithoutEpoch ?? defaults.TrustMapsWithoutEpoch,
            StartAt = model.StartAt,
        };
    }
}
