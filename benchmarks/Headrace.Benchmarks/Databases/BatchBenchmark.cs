using System.Diagnostics;
using Headrace.Benchmarks.Brokers;
using Headrace.Benchmarks.Consuming;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Headrace.Benchmarks.Databases;

/// <summary>Rows into PostgreSQL, one by one as the records come and in ordered batches.</summary>
internal static class BatchBenchmark
{
    private const int Size = 1_000;
    private const int Alone = 6_000;
    private const int Batched = 120_000;
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(2);

    public static Benchmark Create() => new(
        "batch",
        $"rows into PostgreSQL, record by record and in ordered batches of {Size:#,0}",
        [new("one by one", Target.Chosen, (kafka, topic) => RunAsync(kafka, topic, Alone, MapAlone)), new("in batches", Target.Chosen, (kafka, topic) => RunAsync(kafka, topic, Batched, MapBatches))])
    {
        PrepareAsync = FillAsync,
        Conditions =
        [
            $"the JSON records of 'consume', {Topics.Partitions} partitions, 4 workers; every insert, and every batch, is a transaction that PostgreSQL has on its disk",
            $"one by one: INSERT … VALUES; in batches: INSERT … SELECT FROM unnest, batches of {Size:#,0} within {Within.TotalSeconds:0} s; the first fifth is not measured",
        ],
    };

    private static async Task<string> FillAsync(string kafka, Arguments arguments, CancellationToken cancellation)
    {
        var topic = await Topics.CreateAsync(kafka);
        await Task.Run(() => PlainClient.Produce(kafka, topic, Batched, OrderJson.CreateSamples()), cancellation);
        return topic;
    }

    private static async Task<IReadOnlyDictionary<string, double>> RunAsync(string kafka, string topic, int count, Action<TopicBuilder, NpgsqlDataSource, Action<int>> map)
    {
        await using var server = await PostgresServer.StartAsync();
        await using var database = NpgsqlDataSource.Create(server.ConnectionString);
        await using (var create = database.CreateCommand("CREATE TABLE orders (number bigint GENERATED ALWAYS AS IDENTITY, id text, customer text, quantity int, total float8)"))
        {
            await create.ExecuteNonQueryAsync();
        }

        var (inserted, began, done) = (0, 0L, new TaskCompletionSource<TimeSpan>(TaskCreationOptions.RunContinuationsAsynchronously));
        void Inserted(int rows)
        {
            var now = Interlocked.Add(ref inserted, rows);
            if (now >= count / 5 && now - rows < count / 5)
            {
                began = Stopwatch.GetTimestamp();
            }
            else if (now >= count && now - rows < count)
            {
                done.TrySetResult(Stopwatch.GetElapsedTime(began));
            }
        }

        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration["ConnectionStrings:kafka"] = kafka;
        builder.AddHeadrace("kafka").UseJson(OrderJson.Default);
        using var host = builder.Build();
        map(host.MapConsumerGroup($"batch-{Guid.NewGuid():N}").WithWorkers(4, Ordering.ByKey).MapTopic(topic), database, Inserted);
        await host.StartAsync();
        var elapsed = await done.Task.WaitAsync(TimeSpan.FromMinutes(2));
        await host.StopAsync();
        return new Dictionary<string, double> { [Metrics.RecordsPerSecond] = count * 0.8 / elapsed.TotalSeconds };
    }

    private static void MapAlone(TopicBuilder topic, NpgsqlDataSource database, Action<int> inserted) => topic.On(async (Order order, CancellationToken cancellation) =>
    {
        await using var insert = database.CreateCommand("INSERT INTO orders (id, customer, quantity, total) VALUES ($1, $2, $3, $4)");
        insert.Parameters.Add(new() { Value = order.OrderId });
        insert.Parameters.Add(new() { Value = order.CustomerId });
        insert.Parameters.Add(new() { Value = order.Quantity });
        insert.Parameters.Add(new() { Value = order.Total });
        await insert.ExecuteNonQueryAsync(cancellation);
        inserted(1);
    });

    private static void MapBatches(TopicBuilder topic, NpgsqlDataSource database, Action<int> inserted) => topic.OnBatch(
        async (RecordBatch<Order> orders, CancellationToken cancellation) =>
        {
            await using var insert = database.CreateCommand("INSERT INTO orders (id, customer, quantity, total) SELECT * FROM unnest($1, $2, $3, $4)");
            insert.Parameters.Add(new() { Value = orders.Messages.Select(static order => order.OrderId).ToArray() });
            insert.Parameters.Add(new() { Value = orders.Messages.Select(static order => order.CustomerId).ToArray() });
            insert.Parameters.Add(new() { Value = orders.Messages.Select(static order => order.Quantity).ToArray() });
            insert.Parameters.Add(new() { Value = orders.Messages.Select(static order => order.Total).ToArray() });
            await insert.ExecuteNonQueryAsync(cancellation);
            inserted(orders.Count);
        },
        Size, Within);
}
