using System.Buffers;
using FsCheck;
using FsCheck.Fluent;
using Headrace.Broker.Requests;
using Headrace.Broker.Wire;

namespace Headrace.Broker.Tests.Wire;

public sealed class RoundTripTests
{
    private static readonly RequestTable Table = new();

    [Fact]
    public void What_is_written_is_read_back_in_every_version_of_every_message() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed => ForEveryMessage((handler, version, message, isNew) =>
        {
            var random = new Random(seed);
            var flexible = handler.IsFlexible(version);
            var fill = new RandomFill(random, flexible);
            message.Walk(ref fill, version);

            var bytes = Codec.Write(message, version, flexible);
            var read = isNew();
            Assert.Equal(0, Codec.Read(read, Codec.Segmented(bytes, random), version, flexible));
            Assert.Equal(bytes, Codec.Write(read, version, flexible));
        })).Check(Config.QuickThrowOnFailure.WithMaxTest(60));

    [Fact]
    public void Bytes_that_are_cut_or_altered_are_refused_or_read_never_anything_else() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed => ForEveryMessage((handler, version, message, isNew) =>
        {
            var random = new Random(seed);
            var flexible = handler.IsFlexible(version);
            var fill = new RandomFill(random, flexible);
            message.Walk(ref fill, version);
            var bytes = Mutilate(Codec.Write(message, version, flexible), random);

            Try();                               // the first exception of a process allocates for itself
            var before = GC.GetAllocatedBytesForCurrentThread();
            Try();
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 * 1024 + 400 * bytes.Length);

            void Try()
            {
                try
                {
                    Codec.Read(isNew(), new ReadOnlySequence<byte>(bytes), version, flexible);
                }
                catch (WireException)
                {
                    // A refusal is as good as an answer.
                }
            }
        })).Check(Config.QuickThrowOnFailure.WithMaxTest(60));

    [Fact]
    public void Tagged_fields_that_are_not_known_are_skipped()
    {
        var handler = Table.Find(KafkaApi.ApiVersions)!;
        var plain = Codec.Write(new ApiVersionsRequest { ClientSoftwareName = "x", ClientSoftwareVersion = "1" }, version: 4, flexible: true);
        byte[] tagged = [.. plain[..^1], 2, 0, 3, 1, 2, 3, 9, 0];

        var read = new ApiVersionsRequest();
        Assert.Equal(0, Codec.Read(read, new ReadOnlySequence<byte>(tagged), handler.MaxVersion, flexible: true));
        Assert.Equal("x", read.ClientSoftwareName);
    }

    private static void ForEveryMessage(Action<RequestHandler, int, IWireMessage, Func<IWireMessage>> check)
    {
        foreach (var handler in Table.All)
        {
            for (int version = handler.FirstServed; version <= handler.MaxVersion; version++)
            {
                check(handler, version, handler.NewRequest(), handler.NewRequest);
                check(handler, version, handler.NewResponse(), handler.NewResponse);
            }
        }
    }

    private static byte[] Mutilate(byte[] bytes, Random random)
    {
        var cut = random.Next(2) == 0 ? bytes[..random.Next(bytes.Length + 1)] : [.. bytes];
        for (var left = random.Next(1, 4); left > 0 && cut.Length > 0; left--)
        {
            cut[random.Next(cut.Length)] = (byte)(random.Next(3) == 0 ? byte.MaxValue : random.Next(256));
        }

        return cut;
    }
}
