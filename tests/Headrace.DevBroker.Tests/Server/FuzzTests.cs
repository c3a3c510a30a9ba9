using System.Buffers.Binary;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Net.Sockets;
using Headrace.Broker.Requests;
using Headrace.Broker.Tests.Testing;
using Headrace.Broker.Tests.Wire;
using Headrace.Broker.Wire;
using Microsoft.Extensions.Logging;

namespace Headrace.Broker.Tests.Server;

/// <summary>Frames that are cut, altered, mislabelled or made up, the same ones in every run.</summary>
public sealed class FuzzTests
{
    // A broken frame ends its connection, so that few of those behind it are read.
    private const int Burst = 10;
    private const int BurstsAtOnce = 64;
    private const int BurstsPerRound = 1_000;
    private const long MaxMemory = 512L * 1024 * 1024;

    private static readonly int Frames = Environment.GetEnvironmentVariable("HEADRACE_TEST_LONG") == "1" ? 1_000_000 : 5_000;
    private static readonly RequestTable Table = new();

    // A request that happens to be sound may wait as long as it says; nobody waits for it.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(300);

    [Fact]
    public async Task No_frame_harms_anybody_but_its_sender()
    {
        var log = new ErrorLog();
        using var loggers = LoggerFactory.Create(logging => logging.AddProvider(log));
        await using var broker = await DevBroker.StartAsync(new DevBrokerOptions { Loggers = loggers, AutoCreateTopics = false }, TestContext.Current.CancellationToken);
        await using var bystander = await WireClient.ConnectAsync(broker.BootstrapServers);
        var served = 0L;
        using var listener = CountServed(broker.Port, () => Interlocked.Increment(ref served));
        var options = new ParallelOptions { MaxDegreeOfParallelism = BurstsAtOnce, CancellationToken = TestContext.Current.CancellationToken };
        var (sent, mostMemory) = (0, 0L);

        // Those that the broker has come to a verdict on count; what is behind a broken frame, or waits when the client leaves, does not.
        while (Volatile.Read(ref served) + log.Refused < Frames)
        {
            await Parallel.ForAsync(sent, sent + BurstsPerRound, options, (seed, cancellation) => SendAsync(broker.Port, new Random(seed), cancellation));
            sent += BurstsPerRound;
            mostMemory = Math.Max(mostMemory, GC.GetTotalMemory(forceFullCollection: false));
            await using var other = await WireClient.ConnectAsync(broker.BootstrapServers);
            Assert.Equal(ErrorCode.None, (await other.SendAsync<ApiVersionsResponse>(KafkaApi.ApiVersions, 3, new ApiVersionsRequest())).Error);
        }

        Assert.NotEmpty((await bystander.SendAsync<MetadataResponse>(KafkaApi.Metadata, 12, new MetadataRequest())).Brokers);
        Assert.Empty(log.Errors);
        Assert.True(served > 0 && log.Refused > 0);
        Assert.InRange(mostMemory, 0, MaxMemory);
        TestContext.Current.SendDiagnosticMessage("{0} frames: {1} were served, {2} refused with the reason in the log; at most {3} MB in use.", served + log.Refused, served, log.Refused, mostMemory >> 20);
    }

    private static MeterListener CountServed(int port, Action onServed)
    {
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == "headrace.broker.request.duration" && instrument.Meter.Tags!.Any(tag => tag.Value is string value && value == $"{port}"))
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>((_, _, _, _) => onServed());
        listener.Start();
        return listener;
    }

    private static async ValueTask SendAsync(int port, Random random, CancellationToken cancellation)
    {
        using var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync("127.0.0.1", port, cancellation);
        await using var stream = client.GetStream();
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        enough.CancelAfter(Patience);
        try
        {
            for (var i = 0; i < Burst; i++)
            {
                await stream.WriteAsync(Frame(random), enough.Token);
            }

            client.Client.Shutdown(SocketShutdown.Send);
            var answers = new byte[16 * 1024];
            while (await stream.ReadAsync(answers, enough.Token) > 0)
            {
            }
        }
        catch (Exception fault) when (fault is IOException or SocketException or OperationCanceledException)
        {
            // The broker has hung up, or something waits.
        }
    }

    private static byte[] Frame(Random random)
    {
        var handler = Table.All[random.Next(Table.All.Count)];
        int version = random.Next(handler.FirstServed, handler.MaxVersion + 1);
        var request = handler.NewRequest();
        var fill = new RandomFill(random, handler.IsFlexible(version), "orders", "billing", "x", "range", "consumer", "1", random.Next(40).ToString(CultureInfo.InvariantCulture));
        request.Walk(ref fill, version);
        var frame = WireClient.Encode(handler.Key, (short)version, random.Next(), request);
        int? claimed = null;
        switch (random.Next(8))
        {
            case 0:
                frame = new byte[random.Next(200)];
                random.NextBytes(frame);
                break;
            case 1:
                frame = frame[..random.Next(frame.Length)];
                break;
            case 2:
                BinaryPrimitives.WriteInt16BigEndian(frame.AsSpan(random.Next(2) * sizeof(short)), (short)random.Next(short.MinValue, short.MaxValue));
                break;
            case 3:
                claimed = random.Next(3) switch { 0 => random.Next(), 1 => -random.Next(), _ => Math.Max(frame.Length + random.Next(-20, 20), 0) };
                break;
            case 4 or 5:
                for (var left = random.Next(1, 6); left > 0; left--)
                {
                    frame[random.Next(8, frame.Length)] = (byte)random.Next(256);
                }

                break;
            default:
                break;
        }

        var prefix = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(prefix, claimed ?? frame.Length);
        return [.. prefix, .. frame];
    }
}
