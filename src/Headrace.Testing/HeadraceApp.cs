using Headrace.Hosting;
using Headrace.Testing;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Headrace;

/// <summary>
/// An application under test: the whole program, on a development broker, with the real client and the real protocol, and a clock that can be moved on. Every wait has a deadline in
/// real time, and what it says when that passes is what was seen.
/// </summary>
public sealed class HeadraceApp : IAsyncDisposable
{
    private readonly IHost? _host;
    private readonly ProgramStart? _program;
    private readonly DevBroker? _broker;
    private readonly TimeSpan _deadline;
    private readonly KafkaCluster _cluster;
    private readonly TestReader _reader;
    private readonly Lazy<HttpClient> _http;

    private HeadraceApp(IServiceProvider services, TimeSpan deadline, DevBroker? broker, IHost? host, ProgramStart? program)
    {
        (Services, _deadline, _broker, _host, _program) = (services, deadline, broker, host, program);
        var clusters = services.GetService<HeadraceRegistrations>()?.Clusters ?? [];
        _cluster = services.GetRequiredKeyedService<KafkaCluster>(
            clusters.Count > 0 ? clusters[0].Name : throw new InvalidOperationException("The application has no cluster, so there is nothing to test. It needs AddHeadrace."));
        Time = services.GetRequiredService<TimeProvider>() as TestTime ?? throw new InvalidOperationException(
            "The application's clock is not a TestTime, so no delay could be skipped. Start it by HeadraceApp.StartAsync, or use factory.UseDevBroker.");
        Time.HasMoved += WakeGroups;
        _reader = new(_cluster);
        _http = new(() => new() { BaseAddress = Address() });
    }

    /// <summary>The application's services.</summary>
    public IServiceProvider Services { get; }

    /// <summary>The application's clock.</summary>
    public TestTime Time { get; }

    /// <summary>The broker, for its faults; <see langword="null"/> where the application uses another Kafka or the test owns the broker.</summary>
    public DevBroker? Kafka => _broker;

    /// <summary>Calls a web application by its own address.</summary>
    /// <exception cref="InvalidOperationException">The application is none, or listens nowhere.</exception>
    public HttpClient Http => _http.Value;

    /// <summary>Starts a broker and a program on it, and waits until its groups have joined.</summary>
    /// <typeparam name="TProgram">Any type of the program, for example <c>Program</c>.</typeparam>
    /// <param name="configure">How.</param>
    /// <exception cref="InvalidOperationException">The program ended before its host had started, or has no cluster. What it threw is thrown as it is.</exception>
    /// <exception cref="TimeoutException">It has not started, or a group has not joined, within <see cref="HeadraceAppOptions.Deadline"/>; the message says why.</exception>
    public static async Task<HeadraceApp> StartAsync<TProgram>(Action<HeadraceAppOptions>? configure = null)
    {
        var options = new HeadraceAppOptions();
        configure?.Invoke(options);
        var broker = options.Kafka is null ? await StartBrokerAsync(options) : null;
        var address = options.Kafka ?? broker!.BootstrapServers;
        HeadraceApp? app = null;
        try
        {
            var program = typeof(TProgram).Assembly;
            var arguments = options.Arguments?.Invoke(address) ??
            [
                $"--environment={options.Environment}", $"--contentRoot={AppContext.BaseDirectory}", $"--applicationName={program.GetName().Name}",
                "--urls=http://127.0.0.1:0", $"--ConnectionStrings:kafka={address}",
            ];
            var (host, start) = await ProgramStart.RunAsync(program, arguments, builder => Change(builder, options, address), options.Deadline);
            app = new(host.Services, options.Deadline, broker, host, start);
            await app.WhenReadyAsync();
            return app;
        }
        catch
        {
            await (app?.DisposeAsync() ?? broker?.DisposeAsync() ?? default);
            throw;
        }
    }

    /// <summary>The same waits, reads and produces for an application that somebody else starts and stops, for example a <c>WebApplicationFactory</c> with <c>UseDevBroker</c>.</summary>
    /// <param name="services">Its services.</param>
    /// <param name="deadline">How long anything is waited for, in real time. Default 30 s.</param>
    public static HeadraceApp Over(IServiceProvider services, TimeSpan? deadline = null) => new(services, deadline ?? TimeSpan.FromSeconds(30), null, null, null);

    /// <summary>Waits until Kafka answers and every group has joined.</summary>
    /// <exception cref="TimeoutException">They have not; the message says what each waits for.</exception>
    public Task WhenReadyAsync() => Patience.UntilAsync(
        () => Task.FromResult(!HealthReasons.NotReady(_cluster).Any()),
        _deadline,
        () => Task.FromResult($"The application is not ready: {string.Join(" ", HealthReasons.NotReady(_cluster))}"));

    /// <summary>Produces a message as the application does: its format, its type header; completes when the broker has acknowledged it.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="key">The record's key.</param>
    /// <param name="message">The message.</param>
    /// <param name="headers">Headers besides those of the framework.</param>
    public ValueTask<RecordPosition> ProduceAsync<TMessage>(string topic, RecordKey key, TMessage message, RecordHeaders? headers = null) =>
        _reader.ProducerOf<TMessage>(topic).ProduceAsync(message, headers is null ? new() { Key = key } : new() { Key = key, Headers = headers });

    /// <summary>Produces a record as it is, for bytes that are no message.</summary>
    public ValueTask<RecordPosition> ProduceAsync(in OutgoingRecord record) => _cluster.Producer.ProduceAsync(record, CancellationToken.None);

    /// <summary>
    /// Waits until a group has settled everything that is in its topics, in its retry topics, and in what it was asked to redrive. Dead-lettered is settled.
    /// </summary>
    /// <param name="group">The group, of this application.</param>
    /// <param name="skipDelays">Whether time is moved on to when the next record is due, whenever nothing else is left to do. Default: no, delays pass as they are.</param>
    /// <exception cref="ArgumentException">The application has no such group.</exception>
    /// <exception cref="TimeoutException">Something is unsettled still; the message says what.</exception>
    public Task WhenSettledAsync(string group, bool skipDelays = false) => new GroupSettling(_cluster, group, Time).WaitAsync(skipDelays, _deadline);

    /// <summary>Waits until a topic has exactly one record, and reads it. More than one is an exception.</summary>
    /// <exception cref="TimeoutException">There is none; the message says what is where.</exception>
    /// <exception cref="InvalidOperationException">There are several.</exception>
    public async Task<ReadRecord<TMessage>> ReadOneAsync<TMessage>(string topic)
    {
        var records = await ReadAllAsync<TMessage>(topic);
        return records is [var one] ? one : throw new InvalidOperationException(
            $"{topic} has {records.Count} records, not one: {string.Join(", ", records.Take(10).Select(record => $"{record.Key} at {record.Position}"))}. Read them with ReadAllAsync.");
    }

    /// <summary>Waits until a topic has so many records, and reads all of them; those of a partition are in order.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="atLeast">Records to wait for; 0 reads what is there. Default 1.</param>
    /// <exception cref="TimeoutException">There are fewer; the message says what is where.</exception>
    public async Task<IReadOnlyList<ReadRecord<TMessage>>> ReadAllAsync<TMessage>(string topic, int atLeast = 1)
    {
        IReadOnlyList<ReadRecord<TMessage>> records = [];
        await Patience.UntilAsync(
            async () => (records = await _reader.ReadAsync<TMessage>(topic)).Count >= atLeast,
            _deadline,
            async () => $"{topic} has {records.Count} of {atLeast} records. {await Seen.DescribeAsync(_cluster)}");
        return records;
    }

    /// <summary>Stops the application in order and then the broker. What the program threw is thrown.</summary>
    public async ValueTask DisposeAsync()
    {
        Time.HasMoved -= WakeGroups;
        if (_http.IsValueCreated)
        {
            _http.Value.Dispose();
        }

        try
        {
            if (_host is not null)
            {
                Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
                await _program!.Ended.WaitAsync(_deadline);
            }
        }
        finally
        {
            await _reader.DisposeAsync();
            await (_broker?.DisposeAsync() ?? default);
        }
    }

    private static Task<DevBroker> StartBrokerAsync(HeadraceAppOptions options)
    {
        var broker = new DevBrokerOptions { AutoCreateTopics = false };
        options.ConfigureBroker?.Invoke(broker);
        return DevBroker.StartAsync(broker);
    }

    private static void Change(IHostBuilder builder, HeadraceAppOptions options, string kafka) => builder.ConfigureServices((context, services) =>
    {
        context.Configuration["urls"] = "http://127.0.0.1:0";
        TestSettings.Apply(context.Configuration, services, kafka, new TestTime());
        foreach (var (key, value) in options.Configuration)
        {
            context.Configuration[key] = value;
        }

        options.ConfigureServices?.Invoke(services);
    });

    private Uri Address() => new(Services.GetService<IServer>()?.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? throw new InvalidOperationException(
        "The application listens nowhere, so it has no address to call. It is no web application, or its factory has a client of its own."));

    private void WakeGroups()
    {
        foreach (var group in _cluster.Groups)
        {
            group.Consumer.Wake();
        }
    }
}
