using Headrace.Consuming;
using Headrace.Formats;
using Headrace.Hosting;
using Headrace.Redriving;
using Headrace.Topology;
using Microsoft.Extensions.DependencyInjection;

namespace Headrace.Testing;

/// <summary>Reads and writes messages as the application does.</summary>
internal sealed class TestReader(KafkaCluster cluster) : IAsyncDisposable
{
    private readonly LogReader _reader = new(cluster.Settings.Admin);
    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>The application's own producer for a topic, or one with the format in which it reads the topic.</summary>
    public ITopicProducer<TMessage> ProducerOf<TMessage>(string topic) =>
        cluster.Services.GetKeyedService<ITopicProducer<TMessage>>(topic)
            ?? new Producing.TopicProducer<TMessage>(topic, static _ => RecordKey.None, FormatOf(topic, typeof(TMessage)), cluster.Producer);

    public async Task<IReadOnlyList<ReadRecord<TMessage>>> ReadAsync<TMessage>(string topic)
    {
        var letters = LettersOf(topic);
        var read = FormatTypes.CreateReader(FormatOf(letters?.Origin ?? topic, typeof(TMessage)), typeof(TMessage));
        var ends = await cluster.Admin.EndOffsetsAsync([topic], CancellationToken.None);
        var starts = await cluster.Admin.StartOffsetsAsync([topic], CancellationToken.None);
        var records = new List<ReadRecord<TMessage>>();
        await _turn.WaitAsync();
        try
        {
            await foreach (var record in _reader.ReadAsync(ends.Select(end => new LogPart(topic, end.Key.Partition, starts[end.Key], end.Value)), CancellationToken.None))
            {
                records.Add(new()
                {
                    Message = record.Value is null ? default : (TMessage)record.As(read),
                    Position = record.Position,
                    Key = record.Key,
                    Headers = record.Headers,
                    Timestamp = record.Timestamp,
                    Failure = letters is null ? null : DeadLetterReading.Read(record, letters).Failure,
                });
            }
        }
        finally
        {
            _turn.Release();
        }

        return records;
    }

    public async ValueTask DisposeAsync()
    {
        await _reader.DisposeAsync();
        _turn.Dispose();
    }

    private DeadLetterTopic? LettersOf(string topic) =>
        (from @group in cluster.Groups
         from origin in @group.TopicsAmong(cluster.Loop.Topics)
         where OwnTopics.DeadLetter(origin, @group.Name) == topic
         select new DeadLetterTopic(origin, @group.Name, 0)).FirstOrDefault();

    private IMessageFormat FormatOf(string topic, Type message)
    {
        var handlers = cluster.Groups.Where(group => group.TopicsAmong([topic]).Any())
            .SelectMany(group => group.Model.Topics).Where(mapped => mapped.IsPattern || mapped.Name == topic).SelectMany(mapped => mapped.Handlers);
        return handlers.FirstOrDefault(handler => handler.Source.MessageType == message)?.Format ?? cluster.Topology.Format;
    }
}
