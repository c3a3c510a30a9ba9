using System.Buffers;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Headrace.Benchmarks.Consuming;

namespace Headrace.Benchmarks.Schemas;

/// <summary>Avro against JSON: encoding and decoding alone, and orders that are handled.</summary>
internal static class SchemasBenchmark
{
    private const int Batch = 1_000;
    private static readonly TimeSpan Warm = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Time = TimeSpan.FromSeconds(1.5);

    public static Benchmark Create() => new(
        "schemas",
        "encode, decode and handle an order of 100 B and one of 1 KB (as JSON), as JSON and as Avro",
        [
            new("json", Target.Chosen, static (_, _) => Task.FromResult<IReadOnlyDictionary<string, double>>(Measure(Json(SchemasJson.Default.Order), Json(SchemasJson.Default.LargeOrder)))),
            new("avro", Target.Chosen, static (_, _) => Task.FromResult<IReadOnlyDictionary<string, double>>(Measure(Avro<Order>(), Avro<LargeOrder>()))),
            new("look-up", Target.Chosen, static (_, _) => LookUp.RunAsync()),
            new("json-handled", Target.Chosen, static (kafka, _) => HandledOrders.RunAsync(kafka, isAvro: false)),
            new("avro-handled", Target.Chosen, static (kafka, _) => HandledOrders.RunAsync(kafka, isAvro: true)),
        ])
    {
        Goals = SchemasGoals.All,
        Conditions =
        [
            "json: System.Text.Json, source-generated, one writer used again and again, as Headrace's JSON format does",
            "avro: the codec of the type; its schema is the writer's and the reader's; ids of schemas are not part of it",
            "object B: what a copy of the message, of its texts and of its collections allocates",
            "look-up: a schema that the registry's client knows, by its id, with Find and with an awaited GetAsync; the median of short turns",
            $"handled: {HandledOrders.Count:#,0} orders of 100 B through a consumer group, each handed to a handler; of the Avro ones, look-ups and all",
        ],
    };

    private static Dictionary<string, double> Measure(Codec<Order> small, Codec<LargeOrder> large)
    {
        var order = JsonSerializer.Deserialize(OrderJson.CreateSamples()[7], SchemasJson.Default.Order)!;
        var metrics = new Dictionary<string, double>();
        Measure("100 B", small, order, Copies.Of, metrics);
        Measure("1 KB", large, LargeOrder.Sample, Copies.Of, metrics);
        return metrics;
    }

    private static void Measure<T>(string size, Codec<T> codec, T message, Func<T, T> copy, Dictionary<string, double> metrics)
    {
        var output = new ArrayBufferWriter<byte>(4_096);
        codec.Encode(message, output);
        var bytes = output.WrittenSpan.ToArray();
        void Encode()
        {
            output.ResetWrittenCount();
            codec.Encode(message, output);
        }

        metrics[$"encode {size} /s"] = PerSecond(Encode, out _);
        metrics[$"decode {size} /s"] = PerSecond(() => codec.Decode(bytes), out var allocated);
        metrics[$"decode {size} B"] = allocated;
        metrics[$"encode {size} B"] = Allocated(Encode);
        metrics[$"object {size} B"] = Allocated(() => copy(message));
    }

    private static double Allocated(Action action)
    {
        Run(action, TimeSpan.FromMilliseconds(100), out var allocated);
        return allocated;
    }

    private static double PerSecond(Action action, out double allocated)
    {
        Run(action, Warm, out _);
        return Run(action, Time, out allocated);
    }

    private static double Run(Action action, TimeSpan time, out double allocated)
    {
        var (count, started, before) = (0L, Stopwatch.GetTimestamp(), GC.GetAllocatedBytesForCurrentThread());
        while (Stopwatch.GetElapsedTime(started) < time)
        {
            for (var index = 0; index < Batch; index++)
            {
                action();
            }

            count += Batch;
        }

        allocated = (GC.GetAllocatedBytesForCurrentThread() - before) / (double)count;
        return count / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static Codec<T> Json<T>(JsonTypeInfo<T> type)
    {
        var write = new JsonFormat(SchemasJson.Default).CreateWriter<T>("");
        var none = new RecordHeaders();
        return new((message, output) => write(message, output, none), bytes => JsonSerializer.Deserialize(bytes, type)!);
    }

    private static Codec<T> Avro<T>()
    {
        var codec = new AvroCodec<T>();
        return new(codec.Encode, bytes => codec.Decode(bytes));
    }

    private sealed record Codec<T>(Action<T, IBufferWriter<byte>> Encode, Func<byte[], T> Decode);
}
