using System.Diagnostics.Metrics;
using System.Text.Json;

namespace Headrace.Clients;

/// <summary>
/// What is worth measuring of the client library's statistics; there are some only with <c>statistics.interval.ms</c>. Round trips and throttling tell a slow broker
/// from slow handlers, the queues tell a producer that is faster than its broker.
/// </summary>
internal static class ClientMetrics
{
    public const string MeterName = "Headrace.Client";

    private static readonly Meter Meter = new(MeterName);
    private static readonly Gauge<double> RoundTrip = Meter.CreateGauge<double>("headrace.client.broker.round_trip", "s", "Round trip to a broker, 99th percentile of the interval.");
    private static readonly Gauge<double> Throttle = Meter.CreateGauge<double>("headrace.client.broker.throttle", "s", "By how much a broker throttled the client, on average of the interval.");
    private static readonly Gauge<long> Requests = Meter.CreateGauge<long>("headrace.client.broker.waiting", "{request}", "Requests to a broker that wait to be sent, or for their answer.");
    private static readonly Gauge<long> Retries = Meter.CreateGauge<long>("headrace.client.broker.retries", "{request}", "Requests to a broker that were tried again, since the client's start.");
    private static readonly Gauge<long> Records = Meter.CreateGauge<long>("headrace.client.queue.records", "{record}", "Records that a producer has not sent or not heard of.");
    private static readonly Gauge<long> Bytes = Meter.CreateGauge<long>("headrace.client.queue.size", "By", "Bytes of such records.");

    public static void Record(string client, string json)
    {
        using var statistics = JsonDocument.Parse(json);
        var root = statistics.RootElement;
        var tag = new KeyValuePair<string, object?>("client", client);
        if (root.GetProperty("type").ValueEquals("producer"))
        {
            Records.Record(root.GetProperty("msg_cnt").GetInt64(), tag);
            Bytes.Record(root.GetProperty("msg_size").GetInt64(), tag);
        }

        // Those without a number are addresses that the client began with, and coordinators: connections to brokers that are there by their number too.
        foreach (var broker in root.GetProperty("brokers").EnumerateObject().Select(static broker => broker.Value).Where(static broker => broker.GetProperty("nodeid").GetInt32() >= 0))
        {
            var node = new KeyValuePair<string, object?>("broker", broker.GetProperty("nodename").GetString());
            RoundTrip.Record(broker.GetProperty("rtt").GetProperty("p99").GetInt64() / 1e6, tag, node);
            Throttle.Record(broker.GetProperty("throttle").GetProperty("avg").GetInt64() / 1e3, tag, node);
            Requests.Record(broker.GetProperty("outbuf_cnt").GetInt64() + broker.GetProperty("waitresp_cnt").GetInt64(), tag, node);
            Retries.Record(broker.GetProperty("txretries").GetInt64(), tag, node);
        }
    }
}
