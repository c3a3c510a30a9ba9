using Headrace.Clients.Native;

namespace Headrace.Clients;

/// <summary>
/// The names of the client's settings. A name may be written with dots, underscores or in Pascal case: <c>sasl.password</c>, <c>sasl_password</c> and
/// <c>SaslPassword</c> are one. An alias of the library (<c>request.required.acks</c>) is the name that users know (<c>acks</c>).
/// </summary>
internal static class SettingNames
{
    // The library's own spelling of each first, in docs/settings.md the second.
    private static readonly Dictionary<string, string> Aliases = new(StringComparer.Ordinal)
    {
        ["metadata.broker.list"] = "bootstrap.servers",
        ["max.in.flight"] = "max.in.flight.requests.per.connection",
        ["sasl.mechanisms"] = "sasl.mechanism",
        ["queue.buffering.max.ms"] = "linger.ms",
        ["message.send.max.retries"] = "retries",
        ["compression.codec"] = "compression.type",
        ["request.required.acks"] = "acks",
        ["delivery.timeout.ms"] = "message.timeout.ms",
        ["fetch.message.max.bytes"] = "max.partition.fetch.bytes",
        ["auto.commit.enable"] = "enable.auto.commit",
        ["sasl.oauthbearer.client.credentials.client.id"] = "sasl.oauthbearer.client.id",
        ["sasl.oauthbearer.client.credentials.client.secret"] = "sasl.oauthbearer.client.secret",
    };

    /// <summary>Settings that mean something to producers only. A test compares them with the library's own lists.</summary>
    public static readonly IReadOnlySet<string> ProducerOnly = new HashSet<string>(StringComparer.Ordinal)
    {
        "acks", "batch.num.messages", "batch.size", "compression.level", "compression.type", "delivery.report.only.error", "enable.gapless.guarantee",
        "enable.idempotence", "linger.ms", "message.timeout.ms", "partitioner", "produce.offset.report", "queue.buffering.backpressure.threshold",
        "queue.buffering.max.kbytes", "queue.buffering.max.messages", "queuing.strategy", "request.timeout.ms", "retries", "sticky.partitioning.linger.ms",
        "transaction.timeout.ms", "transactional.id",
    };

    /// <summary>Settings that mean something to consumers only.</summary>
    public static readonly IReadOnlySet<string> ConsumerOnly = new HashSet<string>(StringComparer.Ordinal)
    {
        "auto.commit.interval.ms", "auto.offset.reset", "check.crcs", "consume.callback.max.messages", "coordinator.query.interval.ms", "enable.auto.commit",
        "enable.auto.offset.store", "enable.partition.eof", "fetch.error.backoff.ms", "fetch.max.bytes", "fetch.min.bytes", "fetch.queue.backoff.ms",
        "fetch.wait.max.ms", "group.id", "group.instance.id", "group.protocol", "group.protocol.type", "group.remote.assignor", "heartbeat.interval.ms",
        "isolation.level", "max.partition.fetch.bytes", "max.poll.interval.ms", "offset.store.method", "offset.store.path", "offset.store.sync.interval.ms",
        "partition.assignment.strategy", "queued.max.messages.kbytes", "queued.min.messages", "session.timeout.ms",
    };

    /// <summary>Settings of a group's member; a handle that never joins does not get them.</summary>
    public static readonly IReadOnlySet<string> MembershipOnly = new HashSet<string>(StringComparer.Ordinal)
    {
        "coordinator.query.interval.ms", "group.instance.id", "group.protocol", "group.protocol.type", "group.remote.assignor", "heartbeat.interval.ms",
        "max.poll.interval.ms", "partition.assignment.strategy", "session.timeout.ms",
    };

    // The library lists only settings that have a value: these have none of their own.
    private static readonly string[] WithoutDefault =
    [
        "client.rack", "https.ca.location", "https.ca.pem", "plugin.library.paths", "sasl.kerberos.keytab", "sasl.oauthbearer.assertion.claim.aud",
        "sasl.oauthbearer.assertion.claim.iss", "sasl.oauthbearer.assertion.claim.sub", "sasl.oauthbearer.assertion.file",
        "sasl.oauthbearer.assertion.jwt.template.file", "sasl.oauthbearer.assertion.private.key.file",
        "sasl.oauthbearer.assertion.private.key.passphrase", "sasl.oauthbearer.assertion.private.key.pem", "sasl.oauthbearer.client.id",
        "sasl.oauthbearer.client.secret", "sasl.oauthbearer.config", "sasl.oauthbearer.extensions", "sasl.oauthbearer.scope",
        "sasl.oauthbearer.sub.claim.name", "sasl.oauthbearer.token.endpoint.url", "sasl.password", "sasl.username", "ssl.ca.certificate.stores",
        "ssl.ca.location", "ssl.ca.pem", "ssl.certificate.location", "ssl.certificate.pem", "ssl.cipher.suites", "ssl.crl.location", "ssl.curves.list",
        "ssl.engine.id", "ssl.engine.location", "ssl.key.location", "ssl.key.password", "ssl.key.pem", "ssl.keystore.location", "ssl.keystore.password",
        "ssl.providers", "ssl.sigalgs.list", "topic.blacklist",
    ];

    private static readonly Lazy<Dictionary<string, string>> BySquashedName = new(ReadNames);

    /// <summary>The name of a setting as the docs write it; <see langword="null"/> when the library does not know it.</summary>
    public static string? Find(string written)
    {
        if (BySquashedName.Value.TryGetValue(Squash(written), out var name))
        {
            return name;
        }

        // A library newer than our lists.
        using var configuration = new NativeConfiguration();
        return configuration.Knows(written) ? written : null;
    }

    /// <summary>The known name that is nearest to what was written; <see langword="null"/> when none is near.</summary>
    public static string? FindNearest(string written)
    {
        var squashed = Squash(written);
        var (name, distance) = BySquashedName.Value.Select(known => (known.Value, Distance(squashed, known.Key))).MinBy(candidate => candidate.Item2);
        return distance <= Math.Max(2, squashed.Length / 3) ? name : null;
    }

    /// <summary>Whether a value must never be shown.</summary>
    public static bool IsSecret(string name) =>
        name is "sasl.username" or "sasl.oauthbearer.config" or "ssl.key.pem" or "ssl.key.location"
        || name.Contains("password", StringComparison.Ordinal)
        || name.Contains("secret", StringComparison.Ordinal)
        || name.Contains("passphrase", StringComparison.Ordinal)
        || name.Contains("private.key", StringComparison.Ordinal);

    private static Dictionary<string, string> ReadNames()
    {
        using var configuration = new NativeConfiguration();
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in configuration.Dump().Keys.Concat(WithoutDefault).Concat(Aliases.Keys).Concat(ProducerOnly).Concat(ConsumerOnly))
        {
            names[Squash(name)] = Aliases.GetValueOrDefault(name, name);
        }

        foreach (var name in Aliases.Values)
        {
            names[Squash(name)] = name;
        }

        return names;
    }

    private static string Squash(string name) => string.Concat(name.Where(char.IsAsciiLetterOrDigit)).ToLowerInvariant();

    // Levenshtein's distance, one row at a time.
    private static int Distance(string left, string right)
    {
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var cost = left[i - 1] == right[j - 1] ? 0 : 1;
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + cost));
            }
        }

        return row[^1];
    }
}
