using Headrace.Broker.Groups;
using Headrace.Broker.Storage;
using Headrace.Broker.Topics;
using Headrace.Broker.Transactions;
using Microsoft.Extensions.Logging;

namespace Headrace.Broker.Hosting;

/// <summary>What a broker holds, and how it gets from the folder that it is in, and back; without a folder it is in memory.</summary>
internal sealed class BrokerData : IAsyncDisposable
{
    private readonly DataFolder? _folder;
    private readonly Housekeeping _housekeeping;

    public BrokerData(DevBrokerOptions options, string address, ILoggerFactory loggers)
    {
        var logger = loggers.CreateLogger("Headrace.Broker.Storage");
        _folder = options.DataFolder is { } path ? DataFolder.Open(path, options.Flush, address, options.DeleteDataFirst) : null;
        try
        {
            Topics = new TopicCatalogue(options.DefaultPartitions, options.AutoCreateTopics, options.Time, _folder);
            var groups = new GroupSettings
            {
                InitialRebalanceDelay = options.InitialRebalanceDelay,
                EvictOnDisconnect = options.EvictOnDisconnect,
                ShortestSession = options.MinSessionTimeout,
                ConsumerHeartbeatInterval = options.ConsumerHeartbeatInterval,
            };
            Groups = new GroupCoordinator(groups, Topics, options.Time, loggers.CreateLogger("Headrace.Broker.Groups"), _folder?.Journal);
            Transactions = new TransactionCoordinator(
                new TransactionSettings(), Topics, Groups, options.Time, loggers.CreateLogger("Headrace.Broker.Transactions"), _folder?.Journal);
            ClusterId = Restore(logger);
        }
        catch
        {
            _folder?.Dispose();
            throw;
        }

        _housekeeping = new Housekeeping(Topics, _folder, options.HousekeepingInterval, options.Time, logger);
    }

    public string ClusterId { get; }

    public TopicCatalogue Topics { get; }

    public GroupCoordinator Groups { get; }

    public TransactionCoordinator Transactions { get; }

    public string LogDir => _folder?.Path ?? "memory";

    public string Place => _folder is { } folder ? $"in the folder {folder.Path}" : "in memory";

    /// <summary>Ends everything and closes the files, so that the next start need not look for what a crash left.</summary>
    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        Close(tornBytes: 0);
        _folder?.CloseCleanly();
        _folder?.Dispose();
    }

    /// <summary>Ends as the process does that is killed, and as the machine does that loses its power: so many bytes of every log's end are gone.</summary>
    public async ValueTask CrashAsync(int tornBytes)
    {
        await EndAsync();
        Close(tornBytes);
        _folder?.Dispose();
    }

    private async ValueTask EndAsync()
    {
        await _housekeeping.DisposeAsync();
        Transactions.Dispose();
        Groups.Dispose();
    }

    private void Close(int tornBytes)
    {
        foreach (var partition in Topics.All.SelectMany(topic => topic.Partitions))
        {
            if (_folder?.Flush is DiskFlush.Interval or DiskFlush.Always)
            {
                partition.Flush();
            }

            partition.Close(tornBytes);
        }
    }

    private string Restore(ILogger logger)
    {
        if (_folder is not { } folder)
        {
            return NewClusterId();
        }

        foreach (var (topic, partition, found) in Topics.Restore(folder))
        {
            if (found.CutBytes > 0)
            {
                logger.LogWarning(
                    "{Topic}[{Partition}] ended in {Bytes} bytes of an unfinished write, which are cut off. The log ends at {EndOffset}; its leader epoch rises.",
                    topic.Name, partition, found.CutBytes, found.EndOffset);
            }
        }

        Groups.Restore(folder.State);
        Transactions.Restore(folder.State);
        if (folder.State.OfType<ClusterEntry>().FirstOrDefault() is { } known)
        {
            return known.Id;
        }

        var id = NewClusterId();
        folder.Journal.Write(new ClusterEntry(id));
        return id;
    }

    private static string NewClusterId() => Convert.ToBase64String(Guid.NewGuid().ToByteArray()).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
