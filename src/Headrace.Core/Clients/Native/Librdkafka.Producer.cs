using System.Runtime.InteropServices;

namespace Headrace.Clients.Native;

// What only producers call.
internal static unsafe partial class Librdkafka
{
    [LibraryImport(Library)]
    internal static partial int rd_kafka_produce(
        nint topic, int partition, int flags, byte* payload, nuint length, byte* key, nuint keyLength, nint opaque);

    [LibraryImport(Library)]
    internal static partial nint rd_kafka_produceva(nint client, RawProduceArgument* arguments, nuint count);

    [LibraryImport(Library)]
    internal static partial int rd_kafka_flush(nint client, int timeout);

    [LibraryImport(Library)]
    internal static partial int rd_kafka_purge(nint client, int flags);

    [LibraryImport(Library)]
    internal static partial int rd_kafka_outq_len(nint client);
}
