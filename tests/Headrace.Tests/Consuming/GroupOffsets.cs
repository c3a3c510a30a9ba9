using System.Text;
using Headrace.Clients;
using Headrace.Clients.Native;
using Headrace.Tests.Testing;

namespace Headrace.Tests.Consuming;

/// <summary>What a group has committed in partition 0 of a topic, metadata and epoch too, read and written from outside the group.</summary>
internal sealed class GroupOffsets : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private readonly string _topic;
    private readonly ConsumerHandle _client;

    public GroupOffsets(Traffic traffic)
    {
        _topic = traffic.Topic;
        var settings = traffic.Settings(("group.id", traffic.Group));
        using var configuration = ClientSettings.For(ClientRole.Membership, settings).CreateConfiguration();
        _client = new(configuration, EventKinds.OffsetCommit);
    }

    public (long Offset, int LeaderEpoch, string Metadata) Read()
    {
        using var list = new TopicPartitionList([new(_topic, 0)]);
        if (!_client.ReadCommitted(list, Patience).IsNone)
        {
            // The coordinator of a group that was never seen before is still being made.
            return (-1, -1, "");
        }

        var entry = list.Read()[0];
        return (entry.Offset, entry.LeaderEpoch, Encoding.ASCII.GetString(entry.Metadata.Span));
    }

    /// <summary>The group must have no members, or the broker refuses.</summary>
    public async Task WriteAsync(long offset, int leaderEpoch, string metadata)
    {
        using var results = _client.OpenQueue();
        using var list = new TopicPartitionList([new(_topic, 0, offset) { LeaderEpoch = leaderEpoch, Metadata = Encoding.ASCII.GetBytes(metadata) }]);
        Assert.Equal(ErrorCode.None, _client.Commit(list, results).Code);
        await Wait.UntilAsync("committed", () =>
        {
            using var result = results.Poll(TimeSpan.Zero);
            return !result.IsEmpty && result.Error.IsNone && result.Partitions[0].Error == ErrorCode.None;
        });
    }

    public void Dispose() => _client.Dispose();
}
