namespace Headrace.Clients;

/// <summary>
/// Where we depart from the client library: defaults that a user may change, and the few settings that belong to us. The reasons are in
/// docs/settings.md, line for line.
/// </summary>
internal static class SettingDefaults
{
    private static readonly (string Name, string Value)[] Everywhere =
    [
        ("client.id", "headrace"),
        ("allow.auto.create.topics", "false"),
        ("socket.keepalive.enable", "true"),
        ("reconnect.backoff.max.ms", "1000"),
    ];

    private static readonly (string Name, string Value)[] OfProducers =
    [
        ("acks", "all"),
        ("enable.idempotence", "true"),
        ("partitioner", "murmur2_random"),
        ("linger.ms", "5"),
        ("message.timeout.ms", "120000"),
        ("queue.buffering.max.kbytes", "131072"),
        ("topic.metadata.propagation.max.ms", "5000"),
    ];

    // A transaction that nobody ends keeps readers of committed records, and the next owner of its offsets, waiting until it times out.
    private static readonly (string Name, string Value)[] OfTransactions = [("transaction.timeout.ms", "15000"), ("message.timeout.ms", "10000")];

    private static readonly (string Name, string Value)[] OfConsumers = [("fetch.queue.backoff.ms", "10"), ("fetch.wait.max.ms", "100")];

    private static readonly OwnedSetting[] OwnedByProducers =
    [
        new("delivery.report.only.error", "false", "every produce ends in a position or an exception"),
        new("transactional.id", null, "Headrace chooses it: TransactionalProducer takes one, a group WithTransactions has its own. Remove it"),
    ];

    private static readonly OwnedSetting[] OwnedByTransactions = [new("enable.idempotence", "true", "transactions need it")];

    private static readonly OwnedSetting[] OwnedByConsumers =
    [
        new("enable.auto.commit", "false", "Headrace commits what is settled, and nothing else. Remove it; ConsumerOptions.CommitInterval says how often"),
        new("enable.auto.offset.store", "false", "Headrace decides which offset may be committed. Remove it"),
        new("enable.partition.eof", "false", "Headrace knows the ends of partitions by itself. Remove it"),
        new("auto.offset.reset", "error", "a position never moves by itself. Remove it and say where to begin with StartAt"),
    ];

    private static readonly OwnedSetting[] OwnedEverywhere =
    [
        new("log.queue", null, "the client's log goes to the application's. Remove it"),
        new("enabled_events", null, "Headrace chooses the events that it needs. Remove it"),
        new("enable.sasl.oauthbearer.unsecure.jwt", null, "a token that is not signed is given like any other, with UseOAuthBearer. Remove it"),
    ];

    /// <summary>The defaults of a role, later ones over earlier ones.</summary>
    public static IEnumerable<(string Name, string Value)> Of(ClientRole role, bool isConsumerProtocol) => role switch
    {
        ClientRole.Producer => [.. Everywhere, .. OfProducers],
        ClientRole.TransactionalProducer => [.. Everywhere, .. OfProducers, .. OfTransactions],
        // KIP-848 has its assignors at the broker and refuses one of ours.
        ClientRole.Membership when !isConsumerProtocol => [.. Everywhere, .. OfConsumers, ("partition.assignment.strategy", "cooperative-sticky")],
        ClientRole.Membership or ClientRole.Fetch => [.. Everywhere, .. OfConsumers],
        _ => Everywhere,
    };

    /// <summary>The settings that are ours alone.</summary>
    public static IEnumerable<OwnedSetting> OwnedBy(ClientRole role) => role switch
    {
        ClientRole.Producer => [.. OwnedEverywhere, .. OwnedByProducers],
        ClientRole.TransactionalProducer => [.. OwnedEverywhere, .. OwnedByProducers, .. OwnedByTransactions],
        ClientRole.Membership or ClientRole.Fetch => [.. OwnedEverywhere, .. OwnedByConsumers],
        _ => OwnedEverywhere,
    };
}

/// <summary>A setting that users cannot change.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">The only value; <see langword="null"/> when it is not set at all.</param>
/// <param name="Reason">Why, and what to do instead.</param>
internal sealed record OwnedSetting(string Name, string? Value, string Reason);
