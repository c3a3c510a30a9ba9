using System.Diagnostics.Metrics;
using System.Globalization;

namespace Headrace.Broker.Diagnostics;

/// <summary>What one broker counts. Several in one process differ by the tag <c>broker.port</c>.</summary>
internal sealed class BrokerMetrics : IDisposable
{
    public const string MeterName = "Headrace.Broker";

    private readonly Meter _meter;
    private readonly Histogram<double> _requests;
    private readonly UpDownCounter<long> _connections;
    private readonly Counter<long> _bytesIn;
    private readonly Counter<long> _bytesOut;
    private readonly Counter<long> _batches;
    private readonly Counter<long> _records;
    private readonly Counter<long> _faults;
    private readonly KeyValuePair<string, object?> _port;

    public BrokerMetrics(int port)
    {
        _port = new("broker.port", port.ToString(CultureInfo.InvariantCulture));
        _meter = new Meter(new MeterOptions(MeterName) { Scope = this, Tags = [_port] });
        _requests = _meter.CreateHistogram<double>("headrace.broker.request.duration", "s", "From a request's last byte to its answer's first, waits included.");
        _connections = _meter.CreateUpDownCounter<long>("headrace.broker.connections", "{connection}", "Clients that are connected.");
        _bytesIn = _meter.CreateCounter<long>("headrace.broker.bytes.in", "By", "Request frames.");
        _bytesOut = _meter.CreateCounter<long>("headrace.broker.bytes.out", "By", "Response frames.");
        _batches = _meter.CreateCounter<long>("headrace.broker.batches", "{batch}", "Batches that were stored.");
        _records = _meter.CreateCounter<long>("headrace.broker.records", "{record}", "Records that were stored.");
        _faults = _meter.CreateCounter<long>("headrace.broker.faults", "{fault}", "Requests that a fault hit.");
    }

    /// <summary>Whether anybody measures the time of requests; reading the clock twice is then worth it.</summary>
    public bool TimesRequests => _requests.Enabled;

    public void Served(string api, double seconds) => _requests.Record(seconds, new KeyValuePair<string, object?>("api", api));

    public void Connected(int change) => _connections.Add(change);

    public void Received(long bytes) => _bytesIn.Add(bytes);

    public void Sent(long bytes) => _bytesOut.Add(bytes);

    public void Stored(int records)
    {
        _batches.Add(1);
        _records.Add(records);
    }

    public void Hit(string action) => _faults.Add(1, new KeyValuePair<string, object?>("action", action));

    /// <summary>A number that is asked for when somebody looks.</summary>
    public void Observe(string name, string unit, string description, Func<IEnumerable<Measurement<long>>> read) =>
        _meter.CreateObservableGauge(name, read, unit, description);

    public void Dispose() => _meter.Dispose();
}
