using System.Buffers.Binary;
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
    private const long MaxMemory = 512L * 1024 * 1024;

    private static readonly int Frames = Environment.GetEnvironmentVariable("HEADRACE_TEST_LONG") == "1" ? 1_000_000 : 10_000;
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
        var options = new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = TestContext.Current.CancellationToken };

        await Parallel.ForAsync(0, Frames / Burst, options, async (seed, cancellation) =>
        {
            await SendAsync(broker.Port, new Random(seed), cancellation);
            if (seed % 100 == 0)
            {
                await using var other = await WireClient.ConnectAsync(broker.BootstrapServers);
                Assert.Equal(ErrorCode.None, (await other.SendAsync<ApiVersionsResponse>(ApiKey.ApiVersions, 3, new ApiVersionsRequest())).Error);
            }
        });

        Assert.NotEmpty((await bystander.SendAsync<MetadataResponse>(ApiKey.Metadata, 12, new MetadataRequest())).Brokers);
        Assert.Empty(log.Errors);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true), 0, MaxMemory);
    }

    private static async Task SendAsync(int port, Random random, CancellationToken cancellation)
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
