using Headrace.Broker.Log;

namespace Headrace.Broker.Tests.Log;

public sealed class LeaderEpochTests
{
    [Fact]
    public void An_epoch_ends_where_the_next_one_began()
    {
        var epochs = new LeaderEpochs();
        epochs.Begin(2, 10);
        epochs.Begin(5, 30);

        Assert.Equal((0, 10), epochs.EndOf(0, logEnd: 50));
        Assert.Equal((0, 10), epochs.EndOf(1, logEnd: 50));
        Assert.Equal((2, 30), epochs.EndOf(4, logEnd: 50));
        Assert.Equal((5, 50), epochs.EndOf(5, logEnd: 50));
        Assert.Equal((-1, -1), epochs.EndOf(6, logEnd: 50));
    }

    [Fact]
    public void An_epoch_in_which_nothing_was_written_is_replaced()
    {
        var epochs = new LeaderEpochs();
        epochs.Begin(1, 10);
        epochs.Begin(2, 10);

        Assert.Equal([(0, 0L), (2, 10L)], epochs.Begun);
    }
}
