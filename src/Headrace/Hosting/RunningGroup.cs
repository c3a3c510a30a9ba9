using Headrace.Failures;
using Headrace.Pipeline;
using Headrace.Topology;

namespace Headrace.Hosting;

/// <summary>One group in this process: waits until it may start, then consumes until the host stops.</summary>
internal sealed class RunningGroup : IAsyncDisposable
{
    // What is produced is seen this much later.
    private static readonly TimeSpan TransactionInterval = TimeSpan.FromMilliseconds(100);

    private readonly GroupSurroundings _surroundings;
    private readonly GroupPipeline _pipeline;
    private readonly IReadOnlyList<TopicPattern> _patterns;
    private readonly FailureTopics _failureTopics;
    private readonly GroupCompanions _companions;

    // Written by the cluster's loop and by operators, read by whoever asks for the status.
    private volatile bool _isStarted;
    private volatile bool _isHeld;
    private volatile bool _isEnding;
    private volatile string? _waitsFor = "Waiting for Kafka.";
    private volatile bool _isRefused;

    public RunningGroup(GroupModel model, KafkaCluster cluster, GroupSurroundings surroundings, FailureTopics failureTopics, GroupCompanions companions)
    {
        (Model, _surroundings, _failureTopics, _companions) = (model, surroundings, failureTopics, companions);
        _pipeline = new(model, surroundings);
        _patterns = [.. model.TopicPatterns.Select(pattern => new TopicPattern(pattern))];
        Options = ConsumerOptionsOf(model, cluster, BatchRules.Of(model, _pipeline), companions);
        Consumer = new(Options, _pipeline.HandleAsync, surroundings.Loggers, surroundings.Time);
        var (chosen, inCode) = (cluster.Settings.Group(model.Name), model.Workers ?? new ConsumerOptions { GroupId = model.Name }.Workers);
        Workers = new(model, Consumer, chosen.Workers, inCode, surroundings.Loggers.CreateLogger(HostingLog.Consuming), cluster.WorkersChanged);
        if (chosen.Paused == true)
        {
            Consumer.Pause();
        }
    }

    public GroupModel Model { get; }

    public string Name => Model.Name;

    public ConsumerOptions Options { get; }

    public RecordConsumer Consumer { get; }

    public WorkerCount Workers { get; }

    public GroupCounters Counters => _pipeline.Counters;

    public bool IsStarted => _isStarted;

    /// <summary>Whether an operator has stopped it.</summary>
    public bool IsHeld => _isHeld;

    /// <summary>Whether the group will not start in this process: what is missing was to make it fail.</summary>
    public bool IsRefused => _isRefused;

    public ConsumerSnapshot? Snapshot() => _isStarted || _isHeld ? Consumer.Snapshot() : null;

    /// <summary>Those of the topics that the group reads.</summary>
    public IEnumerable<string> TopicsAmong(IEnumerable<string> topics) => topics.Where(topic =>
        Model.TopicNames.Contains(topic) || (!Model.ExcludesFromPatterns(topic) && _patterns.Any(pattern => pattern.Matches(topic))));

    /// <summary>Sees to it that every topic which the group reads has those that its records go to when they fail. Throws while one cannot be had.</summary>
    public async Task EnsureFailureTopicsAsync(IReadOnlyDictionary<string, int> topics, CancellationToken cancellation)
    {
        foreach (var origin in TopicsAmong(topics.Keys).ToList())
        {
            await _failureTopics.EnsureAsync(topics, origin, Name, _companions.TopicsOf(origin), cancellation);
            _companions.Discover([.. topics.Keys], origin);
        }
    }

    /// <summary>Begins to consume.</summary>
    public void Start()
    {
        (_isStarted, _waitsFor) = (true, null);
        if (!_isHeld)
        {
            Consumer.Start();
        }
    }

    /// <summary>Stops until an operator lets it go.</summary>
    public Task HoldAsync(CancellationToken deadline)
    {
        _isHeld = true;
        return Consumer.StopAsync(deadline);
    }

    public void LetGo()
    {
        _isHeld = false;
        if (_isStarted && !_isEnding)
        {
            Consumer.Start();
        }
    }

    /// <summary>Sees to it that there are as many workers as there should be for what is to do.</summary>
    /// <param name="lag">What waits, by partition; <see langword="null"/> while the broker has not said.</param>
    public void Adjust(IReadOnlyDictionary<(string Topic, int Partition), long>? lag)
    {
        if (Model.WorkersBy is not null)
        {
            var own = Consumer.Snapshot().Partitions;
            Workers.Adjust(new()
            {
                Now = _surroundings.Time.GetUtcNow(),
                Workers = Consumer.Workers,
                Partitions = own.Count,
                Lag = lag is null ? null : own.Sum(partition => lag.GetValueOrDefault((partition.Topic, partition.Partition))),
                GroupLag = lag?.Values.Sum(),
            });
        }
    }

    public void WaitFor(string reason) => _waitsFor = reason;

    public void Refuse(string reason)
    {
        _waitsFor = reason;
        _isRefused = true;
    }

    public void Pause() => Consumer.Pause();

    public void Resume() => Consumer.Resume();

    public void StopFetching()
    {
        _isEnding = true;
        Consumer.StopFetching();
    }

    public Task StopAsync(CancellationToken deadline)
    {
        _isEnding = true;
        return Consumer.StopAsync(deadline);
    }

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
            Workers = Consumer.Workers,
            InFlight = snapshot?.InFlight ?? 0,
            LastError = ReasonOf(snapshot?.Fault) ?? snapshot?.LastError ?? _waitsFor ?? Counters.LastError,
            WaitsFor = snapshot is null ? _waitsFor : snapshot.LastError,
            IsConnected = snapshot?.IsConnected ?? false,
            MissingTopics = snapshot?.MissingTopics ?? [],
            Partitions = snapshot?.Partitions ?? [],
            Companions = snapshot?.Companions ?? [],
            Parked = _surroundings.Parked.Count,
        };
    }

    public async ValueTask DisposeAsync()
    {
        await Consumer.DisposeAsync();
        _pipeline.Dispose();
    }

    // A stop that was asked for says itself why.
    private static string? ReasonOf(Exception? fault) => (fault is { InnerException: GroupStoppedException stopped } ? stopped : fault)?.Message;

    private static ConsumerOptions ConsumerOptionsOf(GroupModel model, KafkaCluster cluster, Func<string, BatchRule?>? batchOf, GroupCompanions companions)
    {
        var settings = cluster.Settings;
        var (chosen, defaults) = (settings.Group(model.Name), new ConsumerOptions { GroupId = model.Name });
        return new()
        {
            GroupId = model.Name,
            Topics = model.TopicNames,
            TopicPatterns = model.TopicPatterns,
            ExcludeFromPatterns = model.ExcludesFromPatterns,
            ClientSettings = settings.Consumer(model.Name),
            ClientEvents = cluster.Events,
            Workers = chosen.Workers ?? model.Workers ?? defaults.Workers,
            Ordering = model.Ordering,
            BatchOf = batchOf,
            CompanionsOf = companions.Of,
            LookAheadRecords = chosen.LookAheadRecords ?? defaults.LookAheadRecords,
            LookAheadBytes = chosen.LookAheadBytes ?? defaults.LookAheadBytes,
            CommitInterval = chosen.CommitInterval ?? (model.HasTransactions ? TransactionInterval : defaults.CommitInterval),
            HasTransactions = model.HasTransactions,
            ProducerSettings = settings.Producer,
            RevokeDrain = chosen.RevokeDrain ?? defaults.RevokeDrain,
            TopicRefresh = chosen.TopicRefresh ?? defaults.TopicRefresh,
            StaticMember = chosen.StaticMember ?? defaults.StaticMember,
            OffsetMapBytes = chosen.OffsetMapBytes ?? defaults.OffsetMapBytes,
            TrustMapsWithoutEpoch = chosen.TrustMapsWithoutEpoch ?? defaults.TrustMapsWithoutEpoch,
            StartAt = model.StartAt,
        };
    }
}
