using System.Net;
using System.Text.Json;
using Headrace.Tests.Hosting;
using Headrace.Tests.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Headrace.Tests.Redriving;

public sealed class AlertTests(KafkaUnderTest kafka)
{
    private sealed record Order(string Id);

    [Fact]
    public async Task Somebody_hears_of_the_first_not_of_each_again_every_hour_and_once_when_none_is_left()
    {
        var (topic, group) = (await kafka.CreateTopicAsync(2), kafka.NewName("g"));
        await using var chat = new Chat();
        var time = new TestTime();
        await using (var app = Start(topic, group, chat, time))
        {
            await app.StartAsync();
            await app.Producer<Order>().ProduceAsync(new("o-1"), cancellation: TestContext.Current.CancellationToken);
            var raised = await chat.HearAsync(1);
            Assert.Equal(("Raised", "warning", 1), Said(raised));
            Assert.StartsWith($"1 dead letter in {topic}.{group}.dlt, the oldest since 20", raised.GetProperty("text").GetString(), StringComparison.Ordinal);
            Assert.EndsWith(": 1 × System.InvalidOperationException.", raised.GetProperty("text").GetString(), StringComparison.Ordinal);

            await app.Producer<Order>().ProduceAsync(new("o-2"), cancellation: TestContext.Current.CancellationToken);
            await app.UntilAsync(() => app.Status.Groups()[0].DeadLetters.Sum(letters => letters.Depth) == 2, () => "two dead letters counted");
            time.Advance(TimeSpan.FromMinutes(59));
            await app.UntilAsync(() => Turned(app), () => "a turn");
            Assert.Single(chat.Heard);
            time.Advance(TimeSpan.FromMinutes(2));
            Assert.Equal(("Reminder", "warning", 2), Said(await chat.HearAsync(2)));

            await app.Producer<Order>().ProduceAsync(new("o-3"), cancellation: TestContext.Current.CancellationToken);
            await app.UntilAsync(() => app.Status.Groups()[0].DeadLetters.Sum(letters => letters.Depth) == 3, () => "three dead letters counted");
            time.Advance(TimeSpan.FromMinutes(61));
            Assert.Equal(("Reminder", "warning", 3), Said(await chat.HearAsync(3)));
            await app.StopAsync();
        }

        await using (var app = Start(topic, group, chat, time))
        {
            await app.StartAsync();
            await app.UntilAsync(() => app.Status.Groups()[0].DeadLetters.Sum(letters => letters.Depth) == 3, () => "three dead letters counted after a restart");
            await app.UntilAsync(() => Turned(app), () => "a turn");
            Assert.Equal(3, chat.Heard.Count);
            await app.Host.Services.GetRequiredService<DeadLetters>().DiscardAsync(group, cancellation: TestContext.Current.CancellationToken);
            Assert.Equal(("Cleared", "info", 0), Said(await chat.HearAsync(4)));
            await app.StopAsync();
        }
    }

    [Fact]
    public async Task A_webhook_that_fails_is_told_again()
    {
        var (topic, group) = (await kafka.CreateTopicAsync(), kafka.NewName("g"));
        await using var chat = new Chat { Refusals = 1 };
        var time = new TestTime();
        await using var app = Start(topic, group, chat, time);
        await app.StartAsync();
        await app.Producer<Order>().ProduceAsync(new("o-1"), cancellation: TestContext.Current.CancellationToken);
        await chat.HearAsync(1);
        await app.UntilAsync(() => app.Log.All.Any(line => line.Contains("[3202]", StringComparison.Ordinal)), () => "the line that it was not told");
        time.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal(("Raised", "warning", 1), Said(await chat.HearAsync(2)));
    }

    [Fact]
    public async Task A_webhook_that_is_no_address_is_a_startup_fault()
    {
        await using var app = new Application(kafka.Address);
        app.Configuration["Kafka:DeadLetterWebhook"] = "chat";
        var fault = await Assert.ThrowsAsync<HeadraceConfigurationException>(app.StartAsync);
        Assert.Contains("Kafka:DeadLetterWebhook is 'chat'", fault.Message, StringComparison.Ordinal);
    }

    private Application Start(string topic, string group, Chat chat, TimeProvider time)
    {
        var app = new Application(kafka.Address);
        app.Configuration["Kafka:DeadLetterWebhook"] = chat.Address;
        app.Services.RemoveAll<TimeProvider>();
        app.Services.AddSingleton(time);
        app.Headrace.AddProducer<Order>(topic, order => order.Id)
            .Map(topology => topology.MapConsumerGroup(group).WithFailurePolicy(policy => policy.DeadLetterOn<InvalidOperationException>())
                .MapTopic(topic).On(void (Order order) => throw new InvalidOperationException("no")));
        return app;
    }

    // Each turn measures anew.
    private static bool Turned(Application app)
    {
        var before = app.Status.Groups()[0].DeadLetters[0];
        return SpinWait.SpinUntil(() => !ReferenceEquals(app.Status.Groups()[0].DeadLetters[0], before), TimeSpan.FromSeconds(10));
    }

    private static (string?, string?, long) Said(JsonElement alert) =>
        (alert.GetProperty("kind").GetString(), alert.GetProperty("severity").GetString(), alert.GetProperty("depth").GetInt64());

    /// <summary>A web server that keeps what is posted to it.</summary>
    private sealed class Chat : IAsyncDisposable
    {
        private readonly HttpListener _listener = new();
        private readonly Task _running;
        private readonly List<JsonElement> _heard = [];

        public Chat()
        {
            using (var socket = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0))
            {
                socket.Start();
                Address = $"http://127.0.0.1:{((IPEndPoint)socket.LocalEndpoint).Port}/";
            }

            _listener.Prefixes.Add(Address);
            _listener.Start();
            _running = Task.Run(ListenAsync);
        }

        public string Address { get; }

        /// <summary>How many posts are heard and answered with 503.</summary>
        public int Refusals { get; init; }

        public IReadOnlyList<JsonElement> Heard
        {
            get
            {
                lock (_heard)
                {
                    return [.. _heard];
                }
            }
        }

        public async Task<JsonElement> HearAsync(int number)
        {
            await Wait.UntilAsync($"{number} alerts heard", () => Heard.Count >= number);
            return Heard[number - 1];
        }

        public async ValueTask DisposeAsync()
        {
            _listener.Stop();
            await _running;
            _listener.Close();
        }

        private async Task ListenAsync()
        {
            while (_listener.IsListening)
            {
                try
                {
                    var context = await _listener.GetContextAsync();
                    var body = await JsonDocument.ParseAsync(context.Request.InputStream);
                    var count = 0;
                    lock (_heard)
                    {
                        _heard.Add(body.RootElement);
                        count = _heard.Count;
                    }

                    context.Response.StatusCode = count <= Refusals ? 503 : 204;
                    context.Response.Close();
                }
                catch (Exception error) when (error is HttpListenerException or ObjectDisposedException)
                {
                    return;
                }
            }
        }
    }
}
