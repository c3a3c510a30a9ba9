using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Headrace.Consuming;

namespace Headrace.Tests.Consuming;

public sealed class LaneTableTests
{
    [Fact]
    public void Adding_and_removing_keeps_what_a_dictionary_would_keep()
    {
        var steps = Gen.Choose(0, 60).ArrayOf(500);
        Prop.ForAll(steps.ToArbitrary(), Holds).Check(Config.QuickThrowOnFailure.WithMaxTest(100));
    }

    [Fact]
    public void Keys_that_differ_in_one_bit_or_in_length_are_different_lanes()
    {
        var hashes = new HashSet<ulong>();
        for (var length = 0; length < 20; length++)
        {
            Assert.True(hashes.Add(LaneTable.HashOf(new byte[length])));
            for (var bit = 0; bit < length * 8; bit++)
            {
                var key = new byte[length];
                key[bit / 8] = (byte)(1 << (bit % 8));
                Assert.True(hashes.Add(LaneTable.HashOf(key)));
            }
        }
    }

    // Every step toggles a key: opens its lane, or removes it. Eight hashes for sixty keys, so that lanes collide.
    private static bool Holds(int[] steps)
    {
        using var keys = new Keys();
        var (table, model) = (new LaneTable(), new Dictionary<int, Lane>());
        using var partition = new AssignedPartition("orders", 0, 0, -1);
        foreach (var step in steps)
        {
            var (hash, key) = ((ulong)(step % 8), Encoding.UTF8.GetBytes("key " + step + new string('x', step % 2 * 60)));
            if (table.Find(hash, key) != model.GetValueOrDefault(step))
            {
                return false;
            }

            if (model.Remove(step, out var known))
            {
                table.Remove(known);
                continue;
            }

            var (lane, record) = (new Lane(), new TrackedRecord());
            keys.Point(record, key);
            lane.Open(partition, isKeyed: true, hash, key);
            lane.Append(record);
            table.Add(lane);
            model.Add(step, lane);
        }

        return table.Count == model.Count;
    }
}
