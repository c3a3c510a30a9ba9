using System.Runtime.InteropServices;

namespace Headrace.Clients.Native;

/// <summary>What a call of the native client came to; the default value is success.</summary>
/// <param name="Code">Kafka's code, or the library's own (negative).</param>
/// <param name="Detail">What the library says beyond the code; <see langword="null"/> when nothing.</param>
/// <param name="IsFatal">Whether the whole client is finished and must be made anew.</param>
/// <param name="IsRetriable">Whether the library says that the call may simply be repeated.</param>
/// <param name="RequiresAbort">Whether the open transaction can only be aborted.</param>
internal readonly record struct NativeError(ErrorCode Code, string? Detail = null, bool IsFatal = false, bool IsRetriable = false, bool RequiresAbort = false)
{
    public bool IsNone => Code == ErrorCode.None;

    /// <summary>The code's name as Kafka and the library write it, for example <c>UNKNOWN_TOPIC_OR_PART</c>.</summary>
    public string Name => NameOf(Code);

    /// <summary>Name, code and text, for logs and exceptions.</summary>
    public override string ToString() => IsNone ? "no error" : $"{Name} ({(int)Code}): {Detail ?? Describe(Code)}";

    public static string NameOf(ErrorCode code)
    {
        Librdkafka.Load();
        return Text(Librdkafka.rd_kafka_err2name((int)code)) ?? "UNKNOWN";
    }

    public static string Describe(ErrorCode code)
    {
        Librdkafka.Load();
        return Text(Librdkafka.rd_kafka_err2str((int)code)) ?? "unknown error";
    }

    internal static NativeError Of(int code) => new((ErrorCode)code);

    /// <summary>Reads and frees an <c>rd_kafka_error_t</c>; a null pointer is success.</summary>
    internal static NativeError Take(nint error)
    {
        if (error == 0)
        {
            return default;
        }

        var taken = new NativeError(
            (ErrorCode)Librdkafka.rd_kafka_error_code(error),
            Text(Librdkafka.rd_kafka_error_string(error)),
            Librdkafka.rd_kafka_error_is_fatal(error) != 0,
            Librdkafka.rd_kafka_error_is_retriable(error) != 0,
            Librdkafka.rd_kafka_error_txn_requires_abort(error) != 0);
        Librdkafka.rd_kafka_error_destroy(error);
        return taken;
    }

    internal static string? Text(nint utf8) => Marshal.PtrToStringUTF8(utf8);
}
