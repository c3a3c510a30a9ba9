using System.Runtime.CompilerServices;
using Headrace.Clients;
using Headrace.Consuming;
using Headrace.Redriving;
using Microsoft.Extensions.Logging;

namespace Headrace;

/// <summary>
/// Lists, browses, redrives and discards the dead letters of any group of a cluster. A dead letter stays in its topic; that it was redriven or discarded is written beside it, in
/// <c>&lt;topic&gt;.&lt;group&gt;.resolved</c>, in one transaction with the copy: a run that is killed neither loses nor doubles, and the next goes on with what is left. Safe for many threads.
/// </summary>
public sealed class DeadLetters : IDisposable
{
    private const string MaxBytes = "message.max.bytes";

    private readonly Func<IReadOnlyDictionary<string, string>> _clientSettings;
    private readonly Func<IReadOnlyDictionary<string, string>> _producerSettings;
    private readonly ILoggerFactory _loggers;
    private readonly TimeProvider _time;
    private readonly Lazy<ClusterAdmin> _admin;

    /// <summary>The dead letters of a cluster, from outside its applications.</summary>
    /// <param name="clientSettings">Settings of the client library, verbatim: brokers and security.</param>
    /// <param name="loggers">Where its clients log.</param>
    /// <param name="time">The clock. Default: the system's.</param>
    public DeadLetters(IReadOnlyDictionary<string, string> clientSettings, ILoggerFactory loggers, TimeProvider? time = null)
        : this(() => clientSettings, () => clientSettings, loggers, time ?? TimeProvider.System)
    {
    }

    internal DeadLetters(
        Func<IReadOnlyDictionary<string, string>> clientSettings, Func<IReadOnlyDictionary<string, string>> producerSettings, ILoggerFactory loggers, TimeProvider time)
    {
        (_clientSettings, _producerSettings, _loggers, _time) = (clientSettings, producerSettings, loggers, time);
        _admin = new(() => new(clientSettings(), loggers));
    }

    /// <summary>What waits in every dead-letter topic; reads them to their ends.</summary>
    /// <param name="group">Those of this group only.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="TimeoutException">The cluster does not answer.</exception>
    public async Task<IReadOnlyList<DeadLetterSummary>> ListAsync(string? group = null, CancellationToken cancellation = default)
    {
        var summaries = new List<DeadLetterSummary>();
        await using var reader = NewReader();
        foreach (var topic in DeadLetterTopic.Among(await _admin.Value.ListTopicsAsync(cancellation), group))
        {
            var index = new DeadLetterIndex(topic);
            await index.ReadAsync(_admin.Value, reader, cancellation);
            summaries.Add(index.Summary());
        }

        return summaries;
    }

    /// <summary>The dead letters of a group, those of one partition in order, each once.</summary>
    /// <param name="group">The group.</param>
    /// <param name="filter">Which. Default: all that are not resolved.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="ArgumentException">The group has no dead-letter topic.</exception>
    /// <exception cref="TimeoutException">The cluster does not answer.</exception>
    public async IAsyncEnumerable<DeadLetter> BrowseAsync(string group, DeadLetterFilter? filter = null, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        filter ??= new();
        await using var reader = NewReader();
        foreach (var topic in await TopicsAsync(group, filter, cancellation))
        {
            var ranges = await DeadLetterScan.RangesAsync(_admin.Value, topic, filter, cancellation);
            await foreach (var (_, letter) in new DeadLetterScan(topic, _admin.Value, reader).ReadAsync(ranges, cancellation))
            {
                if (filter.Matches(letter))
                {
                    yield return letter;
                }
            }
        }
    }

    /// <summary>Produces the dead letters of a group again. Those of a key keep their order among each other; what was handled since went before them. It is audited in <c>headrace.audit</c>.</summary>
    /// <param name="group">The group.</param>
    /// <param name="filter">Which. Default: all that are not resolved.</param>
    /// <param name="options">How.</param>
    /// <param name="progress">Told after every transaction.</param>
    /// <param name="cancellation">Stops between two transactions; another call goes on.</param>
    /// <exception cref="ArgumentException">The group has no dead-letter topic, or an edit changed a record's topic.</exception>
    /// <exception cref="ClusterException">A topic that is needed does not exist or cannot be made.</exception>
    /// <exception cref="TransactionException">A record was refused, or another run for the group began meanwhile and fenced this one. What was done is done.</exception>
    /// <exception cref="TimeoutException">The cluster does not answer.</exception>
    public Task<RedriveResult> RedriveAsync(
        string group, DeadLetterFilter? filter = null, RedriveOptions? options = null, IProgress<RedriveProgress>? progress = null, CancellationToken cancellation = default) =>
        RunAsync(group, filter, options, Resolution.Redriven, progress, cancellation);

    /// <summary>Says that dead letters need nobody's care any more: they stay in their topic, and count no longer.</summary>
    /// <param name="group">The group.</param>
    /// <param name="filter">Which. Default: all that are not resolved.</param>
    /// <param name="options">How; target and edit mean nothing here.</param>
    /// <param name="progress">Told after every transaction.</param>
    /// <param name="cancellation">Stops between two transactions; another call goes on.</param>
    /// <exception cref="ArgumentException">The group has no dead-letter topic.</exception>
    /// <exception cref="ClusterException">A topic that is needed cannot be made.</exception>
    /// <exception cref="TransactionException">Another run for the group began meanwhile and fenced this one. What was done is done.</exception>
    /// <exception cref="TimeoutException">The cluster does not answer.</exception>
    public Task<RedriveResult> DiscardAsync(
        string group, DeadLetterFilter? filter = null, RedriveOptions? options = null, IProgress<RedriveProgress>? progress = null, CancellationToken cancellation = default) =>
        RunAsync(group, filter, options, Resolution.Discarded, progress, cancellation);

    /// <inheritdoc />
    public void Dispose()
    {
        if (_admin.IsValueCreated)
        {
            _admin.Value.Dispose();
        }
    }

    private async Task<RedriveResult> RunAsync(
        string group, DeadLetterFilter? filter, RedriveOptions? options, string action, IProgress<RedriveProgress>? progress, CancellationToken cancellation)
    {
        (filter, options) = (filter ?? new(), options ?? new());
        if (options.Rate is <= 0)
        {
            throw new ArgumentException($"The rate is {options.Rate}. Use more than 0 records a second, or none for no limit.", nameof(options));
        }

        var topics = await TopicsAsync(group, filter, cancellation);
        await using var reader = NewReader();
        var run = new RedriveRun(filter, options, action, progress, _time);
        if (options.IsDryRun)
        {
            return await run.CountAsync(topics, _admin.Value, reader, cancellation);
        }

        await using var producer = new TransactionalProducer($"headrace.redrive.{group}", WithRoom(_producerSettings()), _loggers);
        return await run.RunAsync(topics, _admin.Value, reader, producer, cancellation);
    }

    // One for each reading, for they may be nested.
    private LogReader NewReader() => new(_clientSettings());

    // A dead letter was written by a producer that takes any size.
    private static Dictionary<string, string> WithRoom(IReadOnlyDictionary<string, string> settings) =>
        new(settings.Where(static setting => SettingNames.Find(setting.Key) != MaxBytes)) { [MaxBytes] = "1000000000" };

    private async Task<IReadOnlyList<DeadLetterTopic>> TopicsAsync(string group, DeadLetterFilter filter, CancellationToken cancellation)
    {
        var all = DeadLetterTopic.Among(await _admin.Value.ListTopicsAsync(cancellation), group).ToList();
        var chosen = all.Where(topic => filter.Topic is null || filter.Topic == topic.Origin).ToList();
        return chosen.Count > 0
            ? chosen
            : throw new ArgumentException(
                filter.Topic is null
                    ? $"Group '{group}' has no dead-letter topic on this cluster. Correct its name; 'headrace dlt list' shows those that there are."
                    : $"Group '{group}' has no dead-letter topic for '{filter.Topic}'. It has some for: {string.Join(", ", all.Select(topic => topic.Origin))}.",
                nameof(group));
    }
}
