using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Headrace.OffsetMaps;

namespace Headrace.Tests.OffsetMaps;

public sealed class OffsetMapTests
{
    private const int Room = 4_096;

    [Fact]
    public void Of_200_records_only_the_first_is_unfinished()
    {
        Assert.Equal("bgABAMc=", Write(0, [(1, 200)]));
        Assert.Equal([(1, 200)], Read("bgABAMc=", 0));
    }

    // Offsets 1000 to 1009 without 1000, 1004 and 1006 to 1008, in every encoding.
    [Theory]
    [InlineData("bAAKLgIA")]
    [InlineData("bwAAAAouAgA=")]
    [InlineData("bgABAAMAAQABAAMAAQ==")]
    [InlineData("ZQAAAAEAAAADAAAAAQAAAAEAAAADAAAAAQ==")]
    public void A_map_of_any_encoding_is_read(string text) => Assert.Equal([(1001, 1004), (1005, 1006), (1009, 1010)], Read(text, 1000));

    [Fact]
    public void The_shortest_encoding_is_written()
    {
        Assert.Equal("bAAKLgIA", Write(1000, [(1001, 1004), (1005, 1006), (1009, 1010)]));

        // A run of more than 32,767 does not fit into 16 bits.
        Assert.Equal("ZQAAAAEAAYag", Write(0, [(1, 100_001)]));
    }

    [Fact]
    public void Nothing_finished_is_no_metadata() => Assert.Equal("", Write(7, []));

    [Theory]
    [InlineData("bgAA")]
    [InlineData("bAAAAA==")]
    [InlineData("bg==")]
    public void A_map_of_nothing_is_legal(string text) => Assert.Empty(Read(text, 5));

    [Theory]
    [InlineData("", "None")]
    [InlineData("kcat was here", "Foreign")]
    [InlineData("AQAAAAA=", "Foreign")]
    [InlineData("AgAAAAA=", "Foreign")]
    [InlineData("TA==", "Foreign")]
    [InlineData("7g==", "Foreign")]
    [InlineData("bA==", "Broken")]
    [InlineData("bP//AA==", "Broken")]
    [InlineData("bABkAA==", "Broken")]
    [InlineData("bgAB/w==", "Broken")]
    [InlineData("bv//AAE=", "Broken")]
    public void Metadata_that_is_no_map_is_told_apart(string text, string verdict)
    {
        Assert.Equal(verdict, OffsetMapReader.Read(Encoding.UTF8.GetBytes(text), 5, out var finished).ToString());
        Assert.Empty(finished);
    }

    [Fact]
    public void A_map_that_fits_comes_back_as_it_went() =>
        Prop.ForAll(Maps(ranges: 300, length: 9).ToArbitrary(), static map =>
        {
            var text = OffsetMapWriter.Write(map.Committed, map.Finished, Room, out var isWhole);
            return isWhole
                && OffsetMapReader.Read(text, map.Committed, out var read) == (map.Finished.Count == 0 ? MapVerdict.None : MapVerdict.Read)
                && read.SequenceEqual(map.Finished);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Fact]
    public void A_map_that_does_not_fit_is_cut_to_what_does() =>
        Prop.ForAll(Maps(ranges: 4_000, length: 40_000).ToArbitrary(), Gen.Choose(0, Room).ToArbitrary(), static (map, room) =>
        {
            var text = OffsetMapWriter.Write(map.Committed, map.Finished, room, out var isWhole);
            OffsetMapReader.Read(text, map.Committed, out var read);
            var expected = new OffsetRanges();
            foreach (var range in map.Finished.TakeWhile(range => range.Start < read.End))
            {
                expected.Append(range.Start, Math.Min(range.End, read.End));
            }

            return text.Length <= room && read.SequenceEqual(expected) && isWhole == read.SequenceEqual(map.Finished);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));

    [Fact]
    public void More_room_never_says_less()
    {
        var map = new OffsetRanges();
        for (var i = 0; i < 20_000; i++)
        {
            map.Append((i * 3) + 1, (i * 3) + 2);
        }

        var end = 0L;
        for (var room = 0; room <= Room; room += 16)
        {
            OffsetMapReader.Read(OffsetMapWriter.Write(0, map, room, out var isWhole), 0, out var read);
            Assert.False(isWhole);
            Assert.True(read.Count == 0 ? end == 0 : read.End >= end, $"{room} bytes reach {read.End}, fewer reached {end}.");
            end = Math.Max(end, read.End);
        }

        // 3,072 bytes, less the magic, the length and the spare byte, are 24,544 bits.
        Assert.Equal(24_542, end);
    }

    [Fact]
    public void Random_bytes_never_throw_and_never_say_more_than_they_can() =>
        Prop.ForAll(Gen.Choose(0, 255).Select(static number => (byte)number).ArrayOf().ToArbitrary(), Gen.Elements("lonieasJpLx".ToCharArray()).ToArbitrary(), static (body, magic) =>
        {
            var text = Encoding.ASCII.GetBytes(Convert.ToBase64String([(byte)magic, .. body]));
            OffsetMapReader.Read(text, long.MaxValue - 1_000, out var finished);
            OffsetMapReader.Read(body, 5, out var raw);
            return finished.Count <= body.Length * 8 && raw.Count <= body.Length * 8 && finished.All(static range => range.Start >= 0 && range.End > range.Start);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));

    private static Gen<(long Committed, OffsetRanges Finished)> Maps(int ranges, int length) =>
        from committed in Gen.Choose(0, 1_000_000)
        from count in Gen.Choose(0, ranges)
        from steps in Gen.Choose(1, length).ArrayOf(count * 2)
        select (committed * 1_000_000L, Of(committed * 1_000_000L, steps));

    private static OffsetRanges Of(long committed, int[] steps)
    {
        var (finished, at) = (new OffsetRanges(), committed);
        for (var i = 0; i < steps.Length; i += 2)
        {
            finished.Append(at + steps[i], at + steps[i] + steps[i + 1]);
            at += steps[i] + steps[i + 1];
        }

        return finished;
    }

    private static string Write(long committed, (long Start, long End)[] ranges)
    {
        var finished = new OffsetRanges();
        foreach (var (start, end) in ranges)
        {
            finished.Append(start, end);
        }

        return Encoding.ASCII.GetString(OffsetMapWriter.Write(committed, finished, Room, out _));
    }

    private static IEnumerable<(long Start, long End)> Read(string text, long committed)
    {
        Assert.Equal(MapVerdict.Read, OffsetMapReader.Read(Encoding.ASCII.GetBytes(text), committed, out var finished));
        return finished.Select(static range => (range.Start, range.End));
    }
}
