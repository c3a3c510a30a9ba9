using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Headrace.Clients;
using Headrace.Clients.Native;
using Microsoft.Extensions.Logging;
using ErrorCode = Confluent.Kafka.ErrorCode;

namespace Headrace;

/// <summary>
/// Looks up and creates what a cluster holds. Safe for many threads; connects when first used. Every call throws <see cref="TimeoutException"/> when the
/// cluster does not answer within 10 s, and <see cref="ClusterException"/> when it refuses.
/// </summary>
public sealed class ClusterAdmin : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan MetadataSlice = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan OffsetsSlice = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan MetadataPause = TimeSpan.FromMilliseconds(50);
    private readonly ClientSettings _settings;
    private readonly Lazy<IAdminClient> _admin;
    private readonly OffsetReader _offsets;
    private readonly Lock _beginning = new();
    private readonly Lock _asking = new();
    private volatile string? _lastError;
    private readonly CancellationTokenSource _ending = new();
    private bool _isDisposed;

    /// <summary>An admin client over these settings of the client library.</summary>
    /// <param name="clientSettings">Settings of the client library, verbatim, over our defaults.</param>
    /// <param name="loggers">Where it logs: category <c>Headrace.Admin</c>.</param>
    /// <param name="events">What the client asks for and tells. Default: nothing.</param>
    /// <exception cref="ClientSettingsException">The settings cannot be used; it names every fault.</exception>
    public ClusterAdmin(IReadOnlyDictionary<string, string> clientSettings, ILoggerFactory loggers, ClientEvents? events = null)
    {
        var logger = loggers.CreateLogger("Headrace.Admin");
        var listener = new ClientListener("the admin client", events ?? new(), logger);
        _settings = ClientSettings.For(ClientRole.Admin, clientSettings, events);
        _admin = new(() => Build(logger, listener));
        _offsets = new(_settings.Values, events, listener, error => Note(logger, (ErrorCode)(int)error.Code, error.Detail ?? error.Name));
    }

    /// <summary>Why the cluster does not answer, as the library said last; <see langword="null"/> when it did not say, or the cluster has answered since.</summary>
    internal string? LastError => _lastError;

    /// <summary>Every topic with its number of partitions. Throws <see cref="TimeoutException"/> when the cluster does not answer in time.</summary>
    public async Task<IReadOnlyDictionary<string, int>> ListTopicsAsync(CancellationToken cancellation)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                var metadata = await Task.Run(Metadata, cancellation);
                _lastError = null;
                return metadata.Topics.Where(topic => !topic.Error.IsError || topic.Partitions.Count > 0).ToDictionary(topic => topic.Topic, topic => topic.Partitions.Count);
            }
            catch (KafkaException failure) when (IsNoAnswer(failure.Error))
            {
                if (TimeProvider.System.GetElapsedTime(started) >= Timeout)
                {
                    throw NoAnswer(failure);
                }

                await Task.Delay(MetadataPause, TimeProvider.System, cancellation);
            }
        }
    }

    /// <summary>
    /// Creates topics; those that exist are left as they are. When it returns, the cluster shows all of them to every client that asks.
    /// </summary>
    public async Task CreateTopicsAsync(IReadOnlyCollection<TopicDefinition> topics, CancellationToken cancellation)
    {
        if (topics.Count == 0)
        {
            return;
        }

        try
        {
            await AskAsync(admin => admin.CreateTopicsAsync(topics.Select(Specify), new() { RequestTimeout = Timeout, OperationTimeout = Timeout }), cancellation);
        }
        catch (CreateTopicsException refusal) when (refusal.Results.All(result => !result.Error.IsError || result.Error.Code == ErrorCode.TopicAlreadyExists))
        {
            // All are there.
        }
        catch (CreateTopicsException refusal)
        {
            var failed = refusal.Results.Where(result => result.Error.IsError && result.Error.Code != ErrorCode.TopicAlreadyExists).ToArray();
            if (failed.All(result => IsNoAnswer(result.Error)))
            {
                throw NoAnswer(refusal);
            }

            var reasons = string.Join("; ", failed.Select(result => $"'{result.Topic}': {Describe(result.Error)}"));
            throw new ClusterException(
                $"Topics could not be created: {reasons}. Correct their definition, or have them created by whoever may.", (int)failed[0].Error.Code, refusal);
        }

        await UntilVisibleAsync(topics, cancellation);
    }

    /// <summary>Gives a topic more partitions.</summary>
    internal async Task GrowTopicAsync(string topic, int partitions, CancellationToken cancellation)
    {
        try
        {
            await AskAsync(
                admin => admin.CreatePartitionsAsync([new PartitionsSpecification { Topic = topic, IncreaseTo = partitions }], new() { RequestTimeout = Timeout, OperationTimeout = Timeout }),
                cancellation);
        }
        catch (CreatePartitionsException refusal)
        {
            throw Refused($"Topic '{topic}' could not be given {partitions} partitions", refusal.Results.FirstOrDefault()?.Error ?? refusal.Error, refusal);
        }
    }

    /// <summary>The settings of a topic in force, by name.</summary>
    public async Task<IReadOnlyDictionary<string, string>> DescribeTopicSettingsAsync(string topic, CancellationToken cancellation)
    {
        var resource = new ConfigResource { Type = ResourceType.Topic, Name = topic };
        try
        {
            var described = await AskAsync(admin => admin.DescribeConfigsAsync([resource], new() { RequestTimeout = Timeout }), cancellation);
            return described[0].Entries.Where(entry => entry.Value.Value is not null).ToDictionary(entry => entry.Key, entry => entry.Value.Value);
        }
        catch (DescribeConfigsException refusal)
        {
            throw Refused($"The settings of topic '{topic}' could not be read", refusal.Results.FirstOrDefault()?.Error ?? refusal.Error, refusal);
        }
    }

    /// <summary>
    /// The offset after the last record of every partition of these topics; while a transaction is open, the last stable one. A topic that does not
    /// exist is left out.
    /// </summary>
    public Task<IReadOnlyDictionary<(string Topic, int Partition), long>> EndOffsetsAsync(IReadOnlyCollection<string> topics, CancellationToken cancellation) =>
        ListOffsetsAsync(topics, TopicPartitionEntry.End, cancellation);

    /// <summary>The oldest offset that is still there, of every partition of these topics. A topic that does not exist is left out.</summary>
    public Task<IReadOnlyDictionary<(string Topic, int Partition), long>> StartOffsetsAsync(IReadOnlyCollection<string> topics, CancellationToken cancellation) =>
        ListOffsetsAsync(topics, TopicPartitionEntry.Beginning, cancellation);

    /// <summary>A group's committed offsets; a partition without one is left out, and so is everything of a group that does not exist.</summary>
    public async Task<IReadOnlyDictionary<(string Topic, int Partition), long>> CommittedOffsetsAsync(string group, CancellationToken cancellation)
    {
        var topics = await ListTopicsAsync(cancellation);
        return await CommittedOffsetsAsync(group, topics.SelectMany(static topic => Enumerable.Range(0, topic.Value).Select(partition => (topic.Key, partition))), cancellation);
    }

    /// <summary>The same of some partitions only.</summary>
    internal async Task<IReadOnlyDictionary<(string Topic, int Partition), long>> CommittedOffsetsAsync(
        string group, IEnumerable<(string Topic, int Partition)> partitions, CancellationToken cancellation)
    {
        TopicPartitionEntry[] asked = [.. partitions.Select(static partition => new TopicPartitionEntry(partition.Topic, partition.Partition))];
        var started = TimeProvider.System.GetTimestamp();
        while (asked.Length > 0)
        {
            var (error, offsets) = await Task.Run(() => (_offsets.Read(group, asked, OffsetsSlice, out var found), found), cancellation);
            if (error.IsNone)
            {
                return offsets.Where(static entry => entry.Offset >= 0).ToDictionary(static entry => (entry.Topic, entry.Partition), static entry => entry.Offset);
            }

            var failure = new KafkaException(new Error((ErrorCode)(int)error.Code, error.Detail));
            if (!IsNoAnswer(failure.Error) && !IsCoordinatorAway(failure.Error))
            {
                throw Refused($"The offsets of group '{group}' could not be read", failure.Error, failure);
            }

            if (TimeProvider.System.GetElapsedTime(started) >= Timeout)
            {
                throw NoAnswer(failure);
            }

            await Task.Delay(MetadataPause, TimeProvider.System, cancellation);
        }

        return new Dictionary<(string, int), long>();
    }

    /// <inheritdoc />
    public void Dispose()
    {
        // From here on no request is beginning, and none begins; a look at the metadata ends within its slice.
        lock (_beginning)
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
        }

        _ending.Cancel();

        lock (_asking)
        {
        }

        if (_admin.IsValueCreated)
        {
            _admin.Value.Dispose();
        }

        _offsets.Dispose();
        _ending.Dispose();
    }

    private IAdminClient Build(ILogger logger, ClientListener listener)
    {
        var builder = new AdminClientBuilder(new AdminClientConfig(_settings.Values.ToDictionary()))
            .SetLogHandler((_, line) => logger.LogDebug("{Facility}: {Text}", line.Facility, line.Message))
            .SetStatisticsHandler((_, json) => listener.Statistics(json))
            .SetErrorHandler((_, error) =>
            {
                Note(logger, error.Code, error.Reason);
                listener.Failed(new((Clients.Native.ErrorCode)error.Code, error.Reason, error.IsFatal));
            });
        return (listener.GivesTokens ? builder.SetOAuthBearerTokenRefreshHandler((client, _) => GiveToken(client, listener)) : builder).Build();
    }

    private void Note(ILogger logger, ErrorCode code, string reason)
    {
        logger.LogDebug("{Reason}", reason);
        // "1/1 brokers are down" says less than why the last one is.
        _lastError = code == ErrorCode.Local_AllBrokersDown ? _lastError ?? reason : reason;
    }

    // On a thread of the client's own, which has nothing else to do meanwhile.
    private void GiveToken(IClient client, ClientListener listener)
    {
        try
        {
            var token = listener.GetTokenAsync(_ending.Token).WaitAsync(_ending.Token).GetAwaiter().GetResult();
            client.OAuthBearerSetToken(token.Value, token.ExpiresAt.ToUnixTimeMilliseconds(), token.Principal, token.Extensions.ToDictionary());
        }
        catch (Exception failure) when (!_ending.IsCancellationRequested)
        {
            client.OAuthBearerSetTokenFailure(listener.NoToken(failure.Message));
        }
        catch (Exception ended) when (ended is OperationCanceledException or ObjectDisposedException)
        {
            // The client is being disposed.
        }
    }

    private static TopicSpecification Specify(TopicDefinition topic) => new()
    {
        Name = topic.Name,
        NumPartitions = topic.Partitions,
        ReplicationFactor = topic.ReplicationFactor,
        Configs = topic.Settings.ToDictionary(),
    };

    private static bool IsNoAnswer(Error error) =>
        error.Code is ErrorCode.Local_TimedOut or ErrorCode.Local_Transport or ErrorCode.Local_AllBrokersDown or ErrorCode.Local_Resolve or ErrorCode.RequestTimedOut;

    private static bool IsCoordinatorAway(Error error) =>
        error.Code is ErrorCode.Local_WaitCoord or ErrorCode.GroupLoadInProgress or ErrorCode.GroupCoordinatorNotAvailable or ErrorCode.NotCoordinatorForGroup;

    private static string Describe(Error error) => $"{error.Reason} ({error.Code}, {(int)error.Code})";

    private async Task UntilVisibleAsync(IReadOnlyCollection<TopicDefinition> topics, CancellationToken cancellation)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var visible = await ListTopicsAsync(cancellation);
            if (topics.FirstOrDefault(topic => !visible.ContainsKey(topic.Name)) is not { } missing)
            {
                return;
            }

            if (TimeProvider.System.GetElapsedTime(started) >= Timeout)
            {
                throw new TimeoutException($"Topic '{missing.Name}' was created, but Kafka at {_settings.BootstrapServers} does not show it after {Timeout.TotalSeconds} s. Try again.");
            }

            await Task.Delay(MetadataPause, TimeProvider.System, cancellation);
        }
    }

    private async Task<IReadOnlyDictionary<(string Topic, int Partition), long>> ListOffsetsAsync(
        IReadOnlyCollection<string> topics, long where, CancellationToken cancellation)
    {
        var known = await ListTopicsAsync(cancellation);
        var asked = topics.Distinct(StringComparer.Ordinal).Where(known.ContainsKey)
            .SelectMany(topic => Enumerable.Range(0, known[topic]).Select(partition => new TopicPartitionEntry(topic, partition, where)))
            .ToArray();
        if (asked.Length == 0)
        {
            return new Dictionary<(string, int), long>();
        }

        // Right after a topic was made, and while its partitions move, those who answer are not the leaders yet.
        for (var started = TimeProvider.System.GetTimestamp(); ; await Task.Delay(MetadataPause, TimeProvider.System, cancellation))
        {
            var (error, offsets) = await Task.Run(() => (_offsets.Find(asked, OffsetsSlice, out var found), found), cancellation);
            var code = error.IsNone ? offsets.Select(static entry => entry.Error).FirstOrDefault(static code => code != Clients.Native.ErrorCode.None) : error.Code;
            if (code == Clients.Native.ErrorCode.None)
            {
                return offsets.ToDictionary(static entry => (entry.Topic, entry.Partition), static entry => entry.Offset);
            }

            if (code == Clients.Native.ErrorCode.TopicAuthorizationFailed || TimeProvider.System.GetElapsedTime(started) >= Timeout)
            {
                var failure = new KafkaException(new Error((ErrorCode)(int)code, error.Detail));
                throw Refused("Offsets could not be read", failure.Error, failure);
            }
        }
    }

    private async Task<T> AskAsync<T>(Func<IAdminClient, Task<T>> ask, CancellationToken cancellation)
    {
        try
        {
            return await Begin(ask).WaitAsync(cancellation);
        }
        catch (KafkaException failure) when (failure.GetType() == typeof(KafkaException))
        {
            throw Refused("The request failed", failure.Error, failure);
        }
    }

    // It uses the client until it returns, so the client must live until then.
    private Metadata Metadata()
    {
        lock (_asking)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            return _admin.Value.GetMetadata(MetadataSlice);
        }
    }

    // The library does not look whether the client is there still: a request to one that was disposed, or is being disposed, ends the process.
    private Task<T> Begin<T>(Func<IAdminClient, Task<T>> ask)
    {
        lock (_beginning)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            return ask(_admin.Value);
        }
    }

    private async Task AskAsync(Func<IAdminClient, Task> ask, CancellationToken cancellation) =>
        await AskAsync(
            async admin =>
            {
                await ask(admin);
                return true;
            },
            cancellation);

    private Exception Refused(string what, Error error, Exception inner) => IsNoAnswer(error)
        ? NoAnswer(inner)
        : new ClusterException($"{what}: {Describe(error)}.", (int)error.Code, inner);

    private TimeoutException NoAnswer(Exception inner) => new(
        $"Kafka at {_settings.BootstrapServers} (bootstrap.servers) did not answer within {Timeout.TotalSeconds} s: {_lastError ?? inner.Message}. {Remedy()}",
        inner);

    private string Remedy() => _lastError is { } error && (error.Contains("SSL", StringComparison.Ordinal) || error.Contains("SASL", StringComparison.Ordinal))
        ? "Check security.protocol and the settings beginning with ssl. and sasl."
        : "Check the address, and that a broker runs there.";
}
