using Headrace.Clients.Native;
using Microsoft.Extensions.Logging;

namespace Headrace.Clients;

/// <summary>
/// The settings one native client gets: our defaults, over them the user's, which are never overwritten; a user's setting that would break a promise,
/// that is unknown, or that the library refuses is a fault. Settings of the other kind of client are left out.
/// </summary>
internal sealed class ClientSettings
{
    private readonly SortedDictionary<string, string> _values;
    private readonly HashSet<string> _fromUser;

    private ClientSettings(ClientRole role, SortedDictionary<string, string> values, HashSet<string> fromUser) =>
        (Role, _values, _fromUser) = (role, values, fromUser);

    public ClientRole Role { get; }

    /// <summary>What is set, by the name that the docs use.</summary>
    public IReadOnlyDictionary<string, string> Values => _values;

    /// <summary>Who hears what the client says of itself; <see langword="null"/>: nobody.</summary>
    public ClientListener? Listener { get; init; }

    public string BootstrapServers => _values["bootstrap.servers"];

    /// <summary>Every fault at once; empty when the settings can be used.</summary>
    public static IReadOnlyList<string> Check(ClientRole role, IReadOnlyDictionary<string, string> user, ClientEvents? events = null)
    {
        var faults = new List<string>();
        _ = Build(role, user, events, faults);
        return faults;
    }

    /// <summary>Throws <see cref="ClientSettingsException"/> with every fault.</summary>
    /// <param name="role">What the client is for.</param>
    /// <param name="user">The user's settings, names in any spelling.</param>
    /// <param name="events">Who may give tokens.</param>
    public static ClientSettings For(ClientRole role, IReadOnlyDictionary<string, string> user, ClientEvents? events = null)
    {
        var faults = new List<string>();
        var settings = Build(role, user, events, faults);
        return faults.Count == 0 ? settings : throw new ClientSettingsException(faults);
    }

    /// <summary>Whether the user chose the value.</summary>
    public bool IsFromUser(string name) => _fromUser.Contains(name);

    /// <summary>Adds a default that depends on what is known only now; a value of the user's stays.</summary>
    public ClientSettings WithDefault(string name, string value)
    {
        var values = new SortedDictionary<string, string>(_values, StringComparer.Ordinal);
        if (!IsFromUser(name))
        {
            values[name] = value;
        }

        return new(Role, values, _fromUser) { Listener = Listener };
    }

    /// <summary>The same, heard by somebody.</summary>
    public ClientSettings HeardBy(ClientListener listener) => new(Role, _values, _fromUser) { Listener = listener };

    /// <summary>The value in force, the library's default included.</summary>
    public string? Effective(string name)
    {
        using var configuration = CreateConfiguration();
        return configuration.Get(name);
    }

    /// <summary>A native configuration, which the caller owns.</summary>
    public NativeConfiguration CreateConfiguration()
    {
        var configuration = new NativeConfiguration { Listener = Listener };
        foreach (var (name, value) in _values)
        {
            // Checked when the settings were built.
            _ = configuration.TrySet(name, value, out _);
        }

        return configuration;
    }

    /// <summary>Logs what departs from the library's defaults, secrets masked.</summary>
    public void Log(ILogger logger, string client) =>
        logger.LogInformation("Kafka client of {Client} (librdkafka {Version}): {Settings}", client, NativeConfiguration.LibraryVersion, Describe());

    /// <summary>The settings on one line, secrets masked.</summary>
    public string Describe() => string.Join(", ", _values.Select(pair => $"{pair.Key}={(SettingNames.IsSecret(pair.Key) ? "***" : pair.Value)}"));

    private static ClientSettings Build(ClientRole role, IReadOnlyDictionary<string, string> user, ClientEvents? events, List<string> faults)
    {
        var given = Normalize(user, faults);
        var values = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var isConsumerProtocol = given.GetValueOrDefault("group.protocol")?.Equals("consumer", StringComparison.OrdinalIgnoreCase) == true;
        foreach (var (name, value) in SettingDefaults.Of(role, isConsumerProtocol))
        {
            values[name] = value;
        }

        foreach (var (name, value) in given.Where(pair => IsFor(role, pair.Key)))
        {
            values[name] = value;
        }

        CheckOwned(role, values, faults);
        CheckTogether(role, values, faults);
        CheckTokens(values, events, faults);
        CheckWithLibrary(values, faults);
        return new(role, values, [.. given.Keys]);
    }

    private static Dictionary<string, string> Normalize(IReadOnlyDictionary<string, string> user, List<string> faults)
    {
        var given = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (written, value) in user)
        {
            if (SettingNames.Find(written) is not { } name)
            {
                var nearest = SettingNames.FindNearest(written) is { } near ? $" Did you mean '{near}'?" : " Remove it, or correct it by docs/settings.md.";
                faults.Add($"'{written}' is not a setting of the client (librdkafka {NativeConfiguration.LibraryVersion}).{nearest}");
            }
            else if (!given.TryAdd(name, value) && given[name] != value)
            {
                faults.Add($"'{name}' is set twice with different values, once as '{written}'. Remove one.");
            }
        }

        return given;
    }

    private static bool IsFor(ClientRole role, string name) => role switch
    {
        ClientRole.Producer or ClientRole.TransactionalProducer => !SettingNames.ConsumerOnly.Contains(name),
        ClientRole.Membership => !SettingNames.ProducerOnly.Contains(name),
        ClientRole.Fetch => !SettingNames.ProducerOnly.Contains(name) && !SettingNames.MembershipOnly.Contains(name),
        _ => !SettingNames.ProducerOnly.Contains(name) && !SettingNames.ConsumerOnly.Contains(name),
    };

    private static void CheckOwned(ClientRole role, SortedDictionary<string, string> values, List<string> faults)
    {
        foreach (var owned in SettingDefaults.OwnedBy(role))
        {
            if (values.TryGetValue(owned.Name, out var value) && !value.Equals(owned.Value, StringComparison.OrdinalIgnoreCase))
            {
                faults.Add($"'{owned.Name}' is '{value}', but {owned.Reason}.");
            }

            if (owned.Value is not null)
            {
                values[owned.Name] = owned.Value;
            }
        }
    }

    // What the library would refuse only when the client is made, one at a time.
    private static void CheckTogether(ClientRole role, SortedDictionary<string, string> values, List<string> faults)
    {
        if (string.IsNullOrWhiteSpace(values.GetValueOrDefault("bootstrap.servers")))
        {
            faults.Add("'bootstrap.servers' is not set, so no broker can be found. Set it to host:port of one or more brokers.");
        }

        if (role is ClientRole.Producer or ClientRole.TransactionalProducer && values["enable.idempotence"].Equals("true", StringComparison.OrdinalIgnoreCase))
        {
            const string Remedy = "Remove it, or set 'enable.idempotence' to 'false' and accept records that are lost, doubled or out of order after a retry.";
            if (values["acks"] is not ("all" or "-1"))
            {
                faults.Add($"'acks' is '{values["acks"]}', but an idempotent producer needs 'all'. {Remedy}");
            }

            if (int.TryParse(values.GetValueOrDefault("max.in.flight.requests.per.connection"), out var inFlight) && inFlight > 5)
            {
                faults.Add($"'max.in.flight.requests.per.connection' is {inFlight}, but an idempotent producer may have 5 at most. {Remedy}");
            }

            if (values.GetValueOrDefault("retries") == "0")
            {
                faults.Add($"'retries' is 0, but an idempotent producer needs them to keep order. {Remedy}");
            }
        }

        if (role == ClientRole.TransactionalProducer
            && int.TryParse(values["message.timeout.ms"], out var message) && int.TryParse(values["transaction.timeout.ms"], out var transaction)
            && (message > transaction || message == 0))
        {
            faults.Add($"'message.timeout.ms' is {message}, longer than 'transaction.timeout.ms', {transaction}: a transaction must not end before its records have. Lower it, or raise 'transaction.timeout.ms'.");
        }
    }

    private static void CheckTokens(SortedDictionary<string, string> values, ClientEvents? events, List<string> faults)
    {
        var isAsked = string.Equals(values.GetValueOrDefault("sasl.mechanism"), "OAUTHBEARER", StringComparison.OrdinalIgnoreCase)
            && values.GetValueOrDefault("security.protocol")?.StartsWith("sasl", StringComparison.OrdinalIgnoreCase) == true;
        if (isAsked && events?.GetToken is null && !string.Equals(values.GetValueOrDefault("sasl.oauthbearer.method"), "oidc", StringComparison.OrdinalIgnoreCase))
        {
            faults.Add("'sasl.mechanism' is 'OAUTHBEARER', but nothing gives tokens. Give them with UseOAuthBearer (ClientEvents.GetToken), or let the client get them itself: 'sasl.oauthbearer.method' 'oidc', with the settings that begin with 'sasl.oauthbearer.'.");
        }
    }

    private static void CheckWithLibrary(SortedDictionary<string, string> values, List<string> faults)
    {
        using var configuration = new NativeConfiguration();
        foreach (var (name, value) in values)
        {
            if (configuration.TrySet(name, value, out _) is { } refusal)
            {
                var shown = SettingNames.IsSecret(name) ? "its value" : $"'{value}'";
                faults.Add($"'{name}' cannot be {shown}: {(SettingNames.IsSecret(name) ? "the client library refuses it" : refusal)}. Correct it.");
            }
        }
    }
}
