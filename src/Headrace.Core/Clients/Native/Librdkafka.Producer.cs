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

    [LibraryImport(Library)]
    internal static partial nint rd_kafka_init_transactions(nint client, int timeout);

    [LibraryImport(Library)]
    internal static partial nint rd_kafka_begin_transaction(nint client);

    [LibraryImport(Library)]
    internal static partial nint rd_kafka_send_offsets_to_transaction(nint client, RawTopicPartitionList* offsets, nint groupMetadata, int timeout);

    [LibraryImport(Library)]
    internal static partial nint rd_kafka_commit_transaction(nint client, int timeout);

    [LibraryImport(Library)]
    internal static partial nint rd_kafka_abort_transaction(nint client, int timeout);

    [LibraryImport(Library)]
    internal static partial int rd_kafka_error_txn_requires_abort(nint error);
}
