using System.Text;

namespace Headrace.Clients.Native;

/// <summary>
/// Owns an <c>rd_kafka_conf_t</c> until a client is made of it, which takes it over. One thread at a time.
/// </summary>
internal sealed unsafe class NativeConfiguration : IDisposable
{
    private const int ErrorSize = 512;
    private const int Unknown = -2;
    private nint _configuration;

    public NativeConfiguration()
    {
        Librdkafka.Load();
        _configuration = Librdkafka.rd_kafka_conf_new();
    }

    private NativeConfiguration(nint configuration) => _configuration = configuration;

    /// <summary>The library's version, for example <c>2.14.2</c>.</summary>
    public static string LibraryVersion
    {
        get
        {
            Librdkafka.Load();
            return NativeError.Text(Librdkafka.rd_kafka_version_str())!;
        }
    }

    public NativeConfiguration Copy() => new(Librdkafka.rd_kafka_conf_dup(_configuration));

    /// <summary>Sets a property; <see langword="null"/> when the library took it, otherwise what it says.</summary>
    public string? TrySet(string name, string value, out bool isUnknown)
    {
        var error = stackalloc byte[ErrorSize];
        var result = Librdkafka.rd_kafka_conf_set(_configuration, name, value, error, ErrorSize);
        isUnknown = result == Unknown;
        return result == 0 ? null : NativeError.Text((nint)error);
    }

    /// <summary>The value in force, a default included; <see langword="null"/> when the property is unknown or has none.</summary>
    public string? Get(string name)
    {
        nuint size = 0;
        if (Librdkafka.rd_kafka_conf_get(_configuration, name, null, ref size) != 0 || size == 0)
        {
            return null;
        }

        var buffer = new byte[(int)size];
        fixed (byte* value = buffer)
        {
            return Librdkafka.rd_kafka_conf_get(_configuration, name, value, ref size) == 0 ? Encoding.UTF8.GetString(buffer, 0, (int)size).TrimEnd('\0') : null;
        }
    }

    /// <summary>Whether the library has a property of this name.</summary>
    public bool Knows(string name)
    {
        nuint size = 0;
        return Librdkafka.rd_kafka_conf_get(_configuration, name, null, ref size) != Unknown;
    }

    /// <summary>The properties that have a value, a default included, except those of topics.</summary>
    public IReadOnlyDictionary<string, string> Dump()
    {
        var dump = (nint*)Librdkafka.rd_kafka_conf_dump(_configuration, out var count);
        var properties = new Dictionary<string, string>(StringComparer.Ordinal);
        for (nuint i = 0; i + 1 < count; i += 2)
        {
            properties[NativeError.Text(dump[i])!] = NativeError.Text(dump[i + 1]) ?? "";
        }

        Librdkafka.rd_kafka_conf_dump_free((nint)dump, count);
        return properties;
    }

    /// <summary>Who hears what the client says of itself; <see langword="null"/>: nobody.</summary>
    public ClientListener? Listener { get; init; }

    /// <summary>Which kinds come as events on the queue instead of through callbacks: we use events only, and those for the listener besides.</summary>
    public void EnableEvents(EventKinds kinds)
    {
        if (Listener is { } listener)
        {
            // Without somebody who gives tokens the library gets them by itself, as its settings say.
            kinds |= EventKinds.Error | EventKinds.Statistics | (listener.GivesTokens ? EventKinds.TokenRefresh : EventKinds.None);
        }

        Librdkafka.rd_kafka_conf_set_events(_configuration, (int)kinds);
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _configuration, 0) is not 0 and var configuration)
        {
            Librdkafka.rd_kafka_conf_destroy(configuration);
        }
    }

    /// <summary>Makes a client of it. Logs go to the client's main queue. Throws when the library refuses, which names the property.</summary>
    internal nint CreateClient(int type)
    {
        var error = stackalloc byte[ErrorSize];
        _ = TrySet("log.queue", "true", out _);
        var client = Librdkafka.rd_kafka_new(type, _configuration, error, ErrorSize);
        if (client == 0)
        {
            throw new InvalidOperationException($"The Kafka client could not be made: {NativeError.Text((nint)error)}. Check the client settings.");
        }

        _configuration = 0;
        _ = Librdkafka.rd_kafka_set_log_queue(client, 0);
        return client;
    }
}
