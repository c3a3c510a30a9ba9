using System.Buffers;
using FsCheck;
using FsCheck.Fluent;
using Headrace.Broker.Log;
using Headrace.Broker.Records;
using Headrace.Broker.Tests.Testing;
using Headrace.Broker.Wire;

namespace Headrace.Broker.Tests.Log;

public sealed class CommittedReadTests
{
    private static readonly AppendRules Rules = new(8 * 1024 * 1024, UseAppendTime: false, NeedsKeys: false, long.MaxValue, long.MaxValue);

    [Fact]
    public void A_reader_of_committed_records_meets_all_of_them_in_order_and_no_others() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            var log = new PartitionLog(TimeProvider.System);
            var producers = Enumerable.Range(1, 4).Select(id => new Producer(id)).ToList();
            var outcomes = new SortedDictionary<long, bool>();
            var met = new List<long>();
            long position = 0;
            for (var step = 0; step < 200; step++)
            {
                Act(producers[random.Next(producers.Count)], random, log, outcomes);
                if (random.Next(10) == 0)
                {
                    position = Read(log, position, random, met);
                }
            }

            producers.ForEach(producer => producer.End(log, committed: true, outcomes));
            while (position < log.EndOffset)
            {
                position = Read(log, position, random, met);
            }

            Assert.Equal(log.EndOffset, log.LastStableOffset);
            Assert.Equal(outcomes.Where(outcome => outcome.Value).Select(outcome => outcome.Key), met);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(60));

    private static void Act(Producer producer, Random random, PartitionLog log, SortedDictionary<long, bool> outcomes)
    {
        if (random.Next(3) != 0)
        {
            producer.Write(log, random.Next(1, 4));
        }
        else
        {
            producer.End(log, committed: random.Next(2) == 0, outcomes);
        }
    }

    // As clients do it: a transaction is left out from its first offset to its marker.
    private static long Read(PartitionLog log, long position, Random random, List<long> met)
    {
        var read = log.Read(position, random.Next(2_000), atLeastOne: true, committed: true);
        var bytes = read.Records?.ToArray() ?? [];
        var aborted = new HashSet<long>();
        for (int at = 0, length; at < bytes.Length; at += length)
        {
            var header = BatchHeader.Read(bytes.AsSpan(at));
            length = (int)header.Length;
            aborted.UnionWith(read.Aborted!.Where(one => one.FirstOffset <= header.BaseOffset && header.BaseOffset <= one.LastOffset).Select(one => one.ProducerId));
            if (header.IsControl)
            {
                aborted.Remove(header.ProducerId);
            }
            else if (!aborted.Contains(header.ProducerId))
            {
                met.AddRange(Enumerable.Range(0, header.RecordCount).Select(i => header.BaseOffset + i));
            }

            Assert.True(header.BaseOffset + header.LastOffsetDelta < read.StableOffset);
            position = header.BaseOffset + header.LastOffsetDelta + 1;
        }

        return position;
    }

    private sealed class Producer(long id)
    {
        private readonly List<long> _written = [];
        private int _sequence;
        private bool _isOpen;

        public void Write(PartitionLog log, int records)
        {
            if (!_isOpen)
            {
                log.AdmitTransaction(id, 0);
                _isOpen = true;
            }

            var batch = TestBatch.Of([.. Enumerable.Repeat("v", records)]) with { ProducerId = id, ProducerEpoch = 0, BaseSequence = _sequence, Attributes = 0x10 };
            var result = log.Append(batch.ToSequence(), Rules);
            Assert.Equal(ErrorCode.None, result.Error);
            _sequence += records;
            _written.AddRange(Enumerable.Range(0, records).Select(i => result.BaseOffset + i));
        }

        public void End(PartitionLog log, bool committed, SortedDictionary<long, bool> outcomes)
        {
            if (_isOpen)
            {
                log.AppendMarker(id, 0, committed, Rules);
                _written.ForEach(offset => outcomes.Add(offset, committed));
                _written.Clear();
                _isOpen = false;
            }
        }
    }
}
