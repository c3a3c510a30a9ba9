using Microsoft.Extensions.Logging;

namespace Headrace;

/// <summary>One member of a group: reads its partitions, hands records out in order, and commits what is settled.</summary>
public sealed class RecordConsumer : IAsyncDisposable
{
    /// <summary>A consumer that is not started.</summary>
    public RecordConsumer(ConsumerOptions options, RecordDelegate handle, ILoggerFactory loggers, TimeProvider time) => throw new NotImplementedException();

    /// <summary>What the consumer is doing now. Cheap; any thread.</summary>
    public ConsumerSnapshot Snapshot() => throw new NotImplementedException();

    /// <summary>What stopped the consumer; <see langword="null"/> while nothing did.</summary>
    public Exception? Fault => throw new NotImplementedException();

    /// <summary>Joins the group in the background: Kafka need not be there yet. Starting twice does nothing.</summary>
    public void Start() => throw new NotImplementedException();

    /// <summary>Stops fetching; what is in flight goes on.</summary>
    public void StopFetching() => throw new NotImplementedException();

    /// <summary>Drains what is in flight until <paramref name="deadline"/> fires, commits, and leaves the group. Stopping twice does nothing.</summary>
    public Task StopAsync(CancellationToken deadline) => throw new NotImplementedException();

    /// <summary>Hands out no more records until <see cref="Resume"/>; the member stays in its group.</summary>
    public void Pause() => throw new NotImplementedException();

    /// <summary>Hands out records again.</summary>
    public void Resume() => throw new NotImplementedException();

    /// <summary>Stops at once what <see cref="StopAsync"/> has not stopped.</summary>
    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
