namespace Headrace.Benchmarks;

/// <summary>The names of what is measured.</summary>
internal static class Metrics
{
    public const string RecordsPerSecond = "records/s";
    public const string CpuPerRecord = "CPU ns/record";
    public const string BytesPerRecord = "allocated B/record";
    public const string MedianLatency = "median µs";
    public const string TailLatency = "p99 µs";
    public const string Produced = "produced records/s";
    public const string Consumed = "consumed records/s";
    public const string BrokerCpu = "broker CPU s/million";
    public const string LongPoll = "long poll median ms";
    public const string Restart = "consumer restart median ms";
    public const string FirstAnswer = "start to first answer s";
    public const string FirstRecord = "start to first record s";
    public const string ClosedRestart = "restart with 1 GB s";
    public const string KilledRestart = "restart after kill -9 s";
}
