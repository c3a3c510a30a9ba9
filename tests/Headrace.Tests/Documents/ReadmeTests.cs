using System.Net;
using System.Net.Http.Json;
using System.Text;
using Confluent.Kafka;
using Headrace.Tests.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging.Abstractions;

namespace Headrace.Tests.Documents;

public sealed class ReadmeTests : IAsyncLifetime
{
    private DevBroker _broker = null!;

    private string[] Arguments => ["--urls", "http://127.0.0.1:0", "--ConnectionStrings:kafka", _broker.BootstrapServers, "--Kafka:MissingTopics", "Create"];

    public async ValueTask InitializeAsync() => _broker = await DevBroker.StartAsync(cancellation: TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    [Fact]
    public async Task The_consumer_of_the_readme_handles_every_type_and_commits()
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        await ProduceAsync("OrderPlaced", """{"orderId":"o-1","customerId":"c-1","total":12.5}""");
        await ProduceAsync("OrderShipped", """{"orderId":"o-1"}""");
        await ProduceAsync("OrderCancelled", """{"orderId":"o-1"}""");
        await ProduceAsync("OrderViewed", "{}");
        await ProduceAsync(null, null);

        var running = ReadmeExample.ConsumeAsync(Arguments, stopping.Token);
        using var admin = new ClusterAdmin(new Dictionary<string, string> { ["bootstrap.servers"] = _broker.BootstrapServers }, NullLoggerFactory.Instance);
        await Wait.UntilAsync("five records are committed", async () => await CommittedAsync(admin) == 5);
        var invoices = await admin.EndOffsetsAsync(["invoices"], TestContext.Current.CancellationToken);
        await stopping.CancelAsync();
        await running;

        Assert.Equal(1, invoices.Values.Sum());
    }

    [Fact]
    public async Task The_producer_of_the_readme_answers_with_the_position()
    {
        var app = ReadmeExample.Produce(WebApplication.CreateBuilder([.. Arguments, "--Kafka:Topics:orders:Partitions", "1"]));
        await using (app)
        {
            await app.StartAsync(TestContext.Current.CancellationToken);
            using var http = new HttpClient { BaseAddress = new(app.Urls.Single()) };
            var answer = await http.PostAsJsonAsync("/orders", new OrderPlaced("o-1", "c-1", 12.5m), TestContext.Current.CancellationToken);

            Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
            var position = await answer.Content.ReadFromJsonAsync<RecordPosition>(TestContext.Current.CancellationToken);
            Assert.Equal(("orders", 0L), (position.Topic, position.Offset));
        }
    }

    private static async Task<long> CommittedAsync(ClusterAdmin admin) =>
        (await admin.CommittedOffsetsAsync("billing", TestContext.Current.CancellationToken)).Values.Sum();

    private async Task ProduceAsync(string? type, string? value)
    {
        using var producer = new ProducerBuilder<string, byte[]?>(new ProducerConfig { BootstrapServers = _broker.BootstrapServers }).Build();
        var message = new Message<string, byte[]?> { Key = "o-1", Value = value is null ? null : Encoding.UTF8.GetBytes(value) };
        if (type is not null)
        {
            message.Headers = new() { { "headrace-type", Encoding.UTF8.GetBytes(type) } };
        }

        await producer.ProduceAsync("orders", message, TestContext.Current.CancellationToken);
    }
}
