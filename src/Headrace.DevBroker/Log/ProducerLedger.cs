using Headrace.Broker.Records;
using Headrace.Broker.Wire;

namespace Headrace.Broker.Log;

/// <summary>What each idempotent producer last wrote to one partition, so that a retry is recognised and a gap is refused. Guarded by its log's lock.</summary>
internal sealed class ProducerLedger(TimeProvider time)
{
    // A producer has at most five requests in flight (max.in.flight.requests.per.connection with idempotence on).
    private const int Remembered = 5;
    private const int SweepAbove = 1_000;

    // Kafka's producer.id.expiration.ms.
    private static readonly TimeSpan Expiration = TimeSpan.FromDays(1);

    private readonly Dictionary<long, Entry> _producers = [];
    private int _sweepAt = SweepAbove;

    /// <summary>The base offset of the same batch, stored before.</summary>
    public bool IsDuplicate(in BatchHeader header, out WrittenBatch original)
    {
        original = default;
        return header.HasProducer
            && _producers.TryGetValue(header.ProducerId, out var entry)
            && entry.Epoch == header.ProducerEpoch
            && entry.TryFind(header.BaseSequence, header.LastSequence, out original);
    }

    public ErrorCode Check(in BatchHeader header)
    {
        // A producer that is not known may begin anywhere: its older batches may have been deleted.
        if (!header.HasProducer || !_producers.TryGetValue(header.ProducerId, out var entry))
        {
            return ErrorCode.None;
        }

        if (header.ProducerEpoch < entry.Epoch)
        {
            return ErrorCode.InvalidProducerEpoch;
        }

        var expected = header.ProducerEpoch > entry.Epoch ? 0 : entry.LastSequence + 1 & int.MaxValue;
        return header.BaseSequence == expected ? ErrorCode.None : ErrorCode.OutOfOrderSequenceNumber;
    }

    public void Add(in BatchHeader header, long baseOffset, long appendTime)
    {
        if (!header.HasProducer)
        {
            return;
        }

        if (!_producers.TryGetValue(header.ProducerId, out var entry) || entry.Epoch != header.ProducerEpoch)
        {
            _producers[header.ProducerId] = entry = new Entry(header.ProducerEpoch) { HasMarker = entry?.HasMarker == true };
        }

        entry.Add(new WrittenBatch(header.BaseSequence, header.LastSequence, baseOffset, appendTime), header.MaxTimestamp, time.GetTimestamp());
        if (_producers.Count > _sweepAt)
        {
            ForgetExpired();
        }
    }

    /// <summary>A transaction ended. A marker with a newer epoch fences what its producer may still send.</summary>
    public void AddMarker(long producerId, short epoch, long timestamp)
    {
        if (!_producers.TryGetValue(producerId, out var entry) || epoch > entry.Epoch)
        {
            _producers[producerId] = entry = new Entry(epoch);
        }

        entry.HasMarker = true;
        entry.Use(timestamp, time.GetTimestamp());
    }

    public IEnumerable<(long ProducerId, short Epoch, int LastSequence, long LastTimestamp, bool HasMarker)> All =>
        _producers.Select(producer => (producer.Key, producer.Value.Epoch, producer.Value.LastSequence, producer.Value.LastTimestamp, producer.Value.HasMarker));

    private void ForgetExpired()
    {
        foreach (var (id, entry) in _producers)
        {
            if (time.GetElapsedTime(entry.LastUsed) > Expiration)
            {
                _producers.Remove(id);
            }
        }

        _sweepAt = Math.Max(SweepAbove, _producers.Count * 2);
    }

    internal readonly record struct WrittenBatch(int FirstSequence, int LastSequence, long BaseOffset, long AppendTime);

    private sealed class Entry(short epoch)
    {
        private readonly WrittenBatch[] _batches = new WrittenBatch[Remembered];
        private int _count;
        private int _newest = -1;

        public short Epoch { get; } = epoch;

        /// <summary>Whether a transaction of the producer has ended here.</summary>
        public bool HasMarker { get; set; }

        public long LastUsed { get; private set; }

        public long LastTimestamp { get; private set; } = -1;

        /// <summary>-1 before the first batch of the epoch.</summary>
        public int LastSequence => _newest < 0 ? -1 : _batches[_newest].LastSequence;

        public void Use(long timestamp, long now) => (LastTimestamp, LastUsed) = (timestamp, now);

        public void Add(WrittenBatch batch, long timestamp, long now)
        {
            _newest = (_newest + 1) % Remembered;
            _batches[_newest] = batch;
            _count = Math.Min(_count + 1, Remembered);
            Use(timestamp, now);
        }

        public bool TryFind(int first, int last, out WrittenBatch found)
        {
            foreach (var batch in _batches.AsSpan(0, _count))
            {
                if (batch.FirstSequence == first && batch.LastSequence == last)
                {
                    found = batch;
                    return true;
                }
            }

            found = default;
            return false;
        }
    }
}
