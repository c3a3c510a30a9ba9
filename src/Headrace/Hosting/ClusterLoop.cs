using Microsoft.Extensions.Logging;

namespace Headrace.Hosting;

/// <summary>
/// What goes on beside the groups of one cluster: waits for Kafka, makes topics, starts each group when its dead letters have a place, and
/// measures lag. It never gives up: a failure is said once and tried again.
/// </summary>
internal sealed class ClusterLoop : IAsyncDisposable
{
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan TopicsRefresh = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly KafkaCluster _cluster;
    private readonly TopicCreation _creation;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Dictionary<string, string> _reasons = [];

    // Written by the loop, read by whoever asks for the status.
    private volatile IReadOnlyDictionary<string, int>? _topics;
    private volatile IReadOnlyDictionary<string, long?> _lags = new Dictionary<string, long?>();
    private volatile string? _lastError;
    private volatile bool _isConnected;
    private volatile bool _isStarted;
    private DateTimeOffset _topicsReadAt;
    private Task _running = Task.CompletedTask;

    public ClusterLoop(KafkaCluster cluster)
    {
        (_cluster, Lags, _creation) = (cluster, new(cluster), new(cluster));
        _logger = cluster.Loggers.CreateLogger(HostingLog.Consuming);
    }

    public LagWatch Lags { get; }

    public bool IsConnected => _isConnected;

    /// <summary>Why the cluster's turn failed; <see langword="null"/> when it did not.</summary>
    public string? LastError => _lastError;

    /// <summary>Whether it ended though nobody stopped it, which it never should.</summary>
    public bool HasEnded => _running.IsCompleted && _isStarted && !_stopping.IsCancellationRequested;

    /// <summary>The cluster's topics as read last; empty until it answered.</summary>
    public IReadOnlyCollection<string> Topics => _topics?.Keys.ToList() ?? [];

    public long? LagOf(string group) => _lags.GetValueOrDefault(group);

    public void Start()
    {
        _running = Task.Run(RunAsync);
        _isStarted = true;
    }

    public async Task StopAsync()
    {
        await _stopping.CancelAsync();
        await _running;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                await TakeTurnAsync(_stopping.Token);
                await Task.Delay(Turn, _cluster.Time, _stopping.Token);
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
        }
    }

    private async Task TakeTurnAsync(CancellationToken stopping)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        patience.CancelAfter(Patience);
        try
        {
            await ReadTopicsAsync(patience.Token);
            await StartGroupsAsync(patience.Token);
            await MeasureAsync(patience.Token);
            Connected();
        }
        catch (Exception error) when (!stopping.IsCancellationRequested)
        {
            Disconnected(error is OperationCanceledException ? $"no answer within {Patience.TotalSeconds:0} s{Cause()}." : error.Message);
        }
    }

    private async Task ReadTopicsAsync(CancellationToken cancellation)
    {
        var now = _cluster.Time.GetUtcNow();
        var isSettled = _isConnected && _cluster.Groups.All(group => group.IsStarted) && _cluster.Groups.Count > 0;
        if (isSettled && now - _topicsReadAt < TopicsRefresh)
        {
            return;
        }

        var topics = await _cluster.Admin.ListTopicsAsync(cancellation);
        Connected();
        if (await _creation.CreateAsync(topics, cancellation))
        {
            topics = await _cluster.Admin.ListTopicsAsync(cancellation);
        }

        (_topics, _topicsReadAt) = (topics, now);
    }

    // One group's trouble is not another's: each is looked at on its own.
    private async Task StartGroupsAsync(CancellationToken cancellation)
    {
        foreach (var group in _cluster.Groups.Where(group => !group.IsRefused))
        {
            try
            {
                await StartAsync(group, _topics!, cancellation);
            }
            catch (Exception error) when (!_stopping.IsCancellationRequested)
            {
                Wait(group, $"The topics that its records go to when they fail could not be made: {error.Message}");
            }
        }
    }

    private async Task StartAsync(RunningGroup group, IReadOnlyDictionary<string, int> topics, CancellationToken cancellation)
    {
        var missing = group.Model.TopicNames.Where(topic => !topics.ContainsKey(topic)).ToList();
        if (missing.Count > 0 && !group.IsStarted && _cluster.Settings.MissingTopics == MissingTopics.Fail)
        {
            var setting = $"{ClusterConfiguration.SectionOf(_cluster.Name)}:MissingTopics";
            group.Refuse($"It maps {string.Join(", ", missing)}, which does not exist, and {setting} is Fail. Create the topic, or set {setting} to Wait or Create.");
            HostingLog.GroupRefused(_logger, group.Name, group.Status(null).LastError!);
            return;
        }

        await group.EnsureFailureTopicsAsync(topics, cancellation);
        if (!group.IsStarted && !_stopping.IsCancellationRequested)
        {
            HostingLog.GroupStarts(_logger, group.Name);
            group.Start();
        }
    }

    private async Task MeasureAsync(CancellationToken cancellation)
    {
        var measuring = _cluster.Groups.ToDictionary(
            group => group.Name,
            group => Lags.ByPartitionAsync(group.Name, [.. group.TopicsAmong(_topics!.Keys)], group.Model.StartAt, cancellation));
        await Task.WhenAll(measuring.Values);
        _lags = measuring.ToDictionary(pair => pair.Key, pair => pair.Value.Result?.Values.Sum());
        foreach (var group in _cluster.Groups)
        {
            group.Adjust(measuring[group.Name].Result);
        }
    }

    private void Wait(RunningGroup group, string reason)
    {
        if (!group.IsStarted)
        {
            group.WaitFor(reason);
        }

        if (_reasons.GetValueOrDefault(group.Name) != reason)
        {
            _reasons[group.Name] = reason;
            HostingLog.GroupWaits(_logger, group.Name, reason);
        }
    }

    private void Connected()
    {
        if (!_isConnected)
        {
            HostingLog.ClusterAnswers(_logger, _cluster.Name, _cluster.Settings.Address);
        }

        (_isConnected, _lastError) = (true, null);
    }

    private string Cause() => _cluster.Admin.LastError is { } error ? $": {error}" : "";

    private void Disconnected(string reason)
    {
        if (_isConnected || _lastError is null)
        {
            HostingLog.ClusterAway(_logger, _cluster.Name, _cluster.Settings.Address, reason);
        }

        (_isConnected, _lastError) = (false, $"Kafka at {_cluster.Settings.Address} does not answer: {reason}");
        foreach (var group in _cluster.Groups.Where(group => !group.IsStarted && !group.IsRefused))
        {
            group.WaitFor(_lastError);
        }
    }
}
