using FsCheck;
using FsCheck.Fluent;
using Headrace.OffsetMaps;

namespace Headrace.Tests.OffsetMaps;

public sealed class OffsetRangesTests
{
    [Fact]
    public void Ranges_hold_what_a_plain_set_of_offsets_holds() =>
        Prop.ForAll(Gen.Choose(0, 5).ArrayOf().ToArbitrary(), Gen.Choose(0, 60).ToArbitrary(), static (steps, cut) =>
        {
            var (ranges, plain, at) = (new OffsetRanges(), new HashSet<long>(), 0L);
            for (var i = 0; i + 1 < steps.Length; i += 2)
            {
                at += steps[i];
                ranges.Append(at, at + steps[i + 1]);
                for (var end = at + steps[i + 1]; at < end; at++)
                {
                    plain.Add(at);
                }
            }

            var holds = Same();
            ranges.RemoveFrom(cut);
            plain.RemoveWhere(offset => offset >= cut);
            return holds && Same();

            bool Same() => Enumerable.Range(-1, (int)at + 3).All(offset => ranges.Contains(offset) == plain.Contains(offset))
                && ranges.Zip(ranges.Skip(1)).All(static pair => pair.First.End < pair.Second.Start);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Fact]
    public void Offsets_that_are_not_above_the_others_are_refused()
    {
        var ranges = new OffsetRanges();
        ranges.Append(5, 7);

        Assert.Throws<ArgumentOutOfRangeException>(() => ranges.Append(6, 8));
    }
}
