using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace Headrace.Chaos;

/// <summary>Numbers the records of every key and knows which were acknowledged, and where.</summary>
internal sealed class Load(RecordProducer producer, string topic, int keys, int seed)
{
    private const int Chunk = 30;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(25);
    private readonly ConcurrentDictionary<(string Key, long Sequence), RecordPosition> _acknowledged = new();
    private int _failed;

    public IReadOnlyDictionary<(string Key, long Sequence), RecordPosition> Acknowledged => _acknowledged;

    /// <summary>Records that may or may not be stored.</summary>
    public int Failed => _failed;

    public async Task RunAsync(CancellationToken ending)
    {
        var random = new Random(seed);
        var sequences = new long[keys];
        while (!ending.IsCancellationRequested)
        {
            var chunk = new Task[Chunk];
            for (var i = 0; i < Chunk; i++)
            {
                var key = random.Next(keys);
                chunk[i] = ProduceAsync($"k{key}", ++sequences[key]);
            }

            await Task.WhenAll(chunk);
            await Task.Delay(Interval, TimeProvider.System, CancellationToken.None);
        }
    }

    private async Task ProduceAsync(string key, long sequence)
    {
        try
        {
            var record = new OutgoingRecord(topic, key, Encoding.ASCII.GetBytes(sequence.ToString(CultureInfo.InvariantCulture)));
            _acknowledged[(key, sequence)] = await producer.ProduceAsync(record, CancellationToken.None);
        }
        catch (ProduceException)
        {
            Interlocked.Increment(ref _failed);
        }
    }
}
