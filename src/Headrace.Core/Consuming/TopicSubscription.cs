using System.Text.RegularExpressions;
using Headrace.Clients.Native;
using Microsoft.Extensions.Logging;

namespace Headrace.Consuming;

/// <summary>
/// Which topics are read: explicit names that exist, and what the patterns match, looked up from the cluster's metadata time and again. The look-up
/// waits for a broker, so it runs on a thread of its own; the loop takes its result. It also shows whether the cluster answers.
/// </summary>
internal sealed class TopicSubscription
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(1);

    private readonly ConsumerOptions _options;
    private readonly Regex[] _patterns;
    private readonly ConsumerHandle _client;
    private readonly ConsumerStatus _status;
    private readonly ILogger _log;
    private readonly TimeProvider _time;
    private Task<(NativeError Error, ClusterMetadata Metadata)>? _lookUp;
    private Dictionary<string, int> _wanted = [];
    private PauseSet _stops = PauseSet.None;
    private SortedSet<string> _names = new(StringComparer.Ordinal);
    private string _missing = "";
    private long _lookedUp;
    private TimeSpan _pause = TimeSpan.Zero;

    public TopicSubscription(ConsumerOptions options, ConsumerHandle client, ConsumerStatus status, ILogger log, TimeProvider time)
    {
        (_options, _client, _status, _log, _time) = (options, client, status, log, time);
        _patterns = [.. options.TopicPatterns.Select(static pattern => new Regex($@"\A(?:{pattern})\z", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1)))];
    }

    /// <summary>The topics that are read, in alphabetical order.</summary>
    public IReadOnlyCollection<string> Names => _names;

    /// <summary>The topics that would be read if an operator had stopped none.</summary>
    public IReadOnlyCollection<string> Wanted => _wanted.Keys;

    /// <summary>How many partitions the topics that are read have.</summary>
    public int Partitions { get; private set; }

    /// <summary>Looks up again as soon as it can be.</summary>
    public void Hurry() => _pause = TimeSpan.Zero;

    /// <summary>Takes what was looked up, and looks up when it is time. Says whether the set of topics has changed.</summary>
    /// <param name="stops">Topics that are not to be read.</param>
    /// <param name="wake">Called when a look-up is done.</param>
    public bool Tick(PauseSet stops, Action wake)
    {
        if (stops != _stops)
        {
            _stops = stops;
            return Choose();
        }

        if (_lookUp is { IsCompleted: true })
        {
            var (error, metadata) = _lookUp.Result;
            _lookUp = null;
            _lookedUp = _time.GetTimestamp();
            return error.IsNone ? Take(metadata) : Fail(error);
        }

        if (_lookUp is null && (_pause == TimeSpan.Zero || _time.GetElapsedTime(_lookedUp) >= _pause))
        {
            _pause = RetryPause;
            _lookUp = Task.Factory.StartNew(() => LookUp(wake), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }

        return false;
    }

    /// <summary>Waits for a look-up that is under way: its client must not be destroyed before.</summary>
    public void Finish() => _lookUp?.Wait(Patience + RetryPause);

    private (NativeError Error, ClusterMetadata Metadata) LookUp(Action wake)
    {
        var error = _client.TryReadMetadata(onlyKnownTopics: false, Patience, out var metadata);
        wake();
        return (error, metadata);
    }

    private bool Fail(NativeError error)
    {
        _status.IsConnected = false;
        _pause = RetryPause;
        if (_status.Raise("cluster", $"Kafka does not answer: {error}. Check 'bootstrap.servers', the network and the credentials"))
        {
            _log.Error(_options.GroupId, "cluster", _status.LastError ?? "");
        }

        return false;
    }

    private bool Take(ClusterMetadata metadata)
    {
        _status.IsConnected = true;
        _pause = _options.TopicRefresh;
        if (_status.Clear("cluster"))
        {
            _log.ErrorOver(_options.GroupId, "cluster");
        }

        var there = metadata.Topics.Where(static topic => topic.Partitions > 0).ToDictionary(static topic => topic.Name, static topic => topic.Partitions);
        TellMissing([.. _options.Topics.Where(topic => !there.ContainsKey(topic)).Order(StringComparer.Ordinal)]);
        _wanted = there.Where(topic => IsWanted(topic.Key)).ToDictionary();
        return Choose();
    }

    private bool Choose()
    {
        var names = new SortedSet<string>(_wanted.Keys.Where(topic => !_stops.Holds(topic)), StringComparer.Ordinal);
        Partitions = names.Sum(name => _wanted[name]);
        if (names.SetEquals(_names))
        {
            return false;
        }

        _names = names;
        _log.Subscribed(_options.GroupId, string.Join(", ", names));
        return true;
    }

    // Topics of the cluster's own, with two underscores in front, are read only by name.
    private bool IsWanted(string topic) =>
        _options.Topics.Contains(topic)
        || (!topic.StartsWith("__", StringComparison.Ordinal) && !_options.ExcludeFromPatterns(topic) && _patterns.Any(pattern => pattern.IsMatch(topic)));

    private void TellMissing(string[] missing)
    {
        _status.MissingTopics = missing;
        var told = string.Join(", ", missing);
        if (told != _missing && missing.Length > 0)
        {
            _log.TopicsMissing(_options.GroupId, told);
        }

        _missing = told;
    }
}
