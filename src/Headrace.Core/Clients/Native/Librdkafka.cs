using System.Runtime.InteropServices;

namespace Headrace.Clients.Native;

/// <summary>
/// The functions of librdkafka that we use, under the names of rdkafka.h: what each does, and which thread may call it, is said there. Only the
/// handle classes of this folder call them. No function here runs managed code, except the one that <see cref="QueueSignal"/> registers.
/// </summary>
internal static unsafe partial class Librdkafka
{
    internal const string Library = "librdkafka";

    static Librdkafka() => LibraryFile.Register();

    /// <summary>Makes sure that the library's file is chosen by <see cref="LibraryFile"/> before a function is bound: every handle begins here.</summary>
    internal static void Load()
    {
        // The static constructor does it.
    }

    [LibraryImport(Library)]
    internal static partial int rd_kafka_version();

    [LibraryImport(Library)]
    internal static partial nint rd_kafka_version_str();

    [LibraryImport(Library)]
    internal static partial nint rd_kafka_err2name(int error);

    [LibraryImport(Library)]
    internal static partial nint rd_kafka_err2str(int error);

    [LibraryImport(Library)]
    internal static partial int rd_kafka_last_error();

    [LibraryImport(Library)]
    internal static partial int rd_kafka_error_code(nint error);

    [LibraryImport(Library)]
    internal static partial nint rd_kafka_error_string(nint error);

    [LibraryImport(Library)]
    internal static partial int rd_kafka_error_is_fatal(nint error);

    [LibraryImport(Library)]
    internal static partial int rd_kafka_error_is_retriable(nint error);

    [LibraryImport(Library)]
    internal static partial void rd_kafka_error_destroy(nint error);

    [LibraryImport(Library)]
    internal static partial nint rd_kafka_conf_new();

    [LibraryImport(Library)]
    internal static partial nint rd_kafka_conf_dup(nint configuration);

    [LibraryImport(Library)]
    internal static partial void rd_kafka_conf_destroy(nint configuration);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int rd_kafka_conf_set(nint configuration, string name, string value, byte* error, nuint errorSize);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int rd_kafka_conf_get(nint configuration, string name, byte* value, ref nuint size);

    [LibraryImport(Library)]
    internal static partial nint rd_kafka_conf_dump(nint configuration, out nuint count);

    [LibraryImport(Library)]
    internal static partial void rd_kafka_conf_dump_free(nint dump, nuint count);

    [LibraryImport(Library)]
    internal static partial void rd_kafka_conf_set_events(nint configuration, int events);

    [LibraryImport(Library)]
    internal static partial nint rd_kafka_new(int type, nint configuration, byte* error, nuint errorSize);

    [LibraryImport(Library)]
    internal static partial void rd_kafka_destroy_flags(nint client, int flags);

    [LibraryImport(Library)]
    internal static partial nint rd_kafka_name(nint client);

    [LibraryImport(Library)]
    internal static partial int rd_kafka_fatal_error(nint client, byte* error, nuint errorSize);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int rd_kafka_test_fatal_error(nint client, int error, string reason);

    [LibraryImport(Library)]
    internal static partial int rd_kafka_set_log_queue(nint client, nint queue);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int rd_kafka_oauthbearer_set_token(
        nint client, string value, long expiresAt, string principal, string[] extensions, nuint extensionSize, byte* error, nuint errorSize);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int rd_kafka_oauthbearer_set_token_failure(nint client, string reason);

    [LibraryImport(Library)]
    internal static partial nint rd_kafka_mem_malloc(nint client, nuint size);

    [LibraryImport(Library)]
    internal static partial void rd_kafka_mem_free(nint client, nint memory);

    [LibraryImport(Library)]
    internal static partial int rd_kafka_metadata(nint client, int allTopics, nint onlyTopic, out RawMetadata* metadata, int timeout);

    [LibraryImport(Library)]
    internal static partial void rd_kafka_metadata_destroy(RawMetadata* metadata);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint rd_kafka_topic_new(nint client, string topic, nint configuration);

    [LibraryImport(Library)]
    internal static partial void rd_kafka_topic_destroy(nint topic);

    [LibraryImport(Library)]
    internal static partial nint rd_kafka_topic_name(nint topic);
}
