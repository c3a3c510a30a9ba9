using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Headrace.Tests.Testing;

/// <summary>Records as if they were consumed, without Kafka.</summary>
internal static class Records
{
    // A record only points at its bytes; this keeps them for as long as it lives.
    private static readonly ConditionalWeakTable<Record, byte[][]> Bytes = [];

    public static Record Of(object? message, string? type = null, string? key = "k", string topic = "orders", int partition = 3, long offset = 118) => OfBytes(
        message is null ? null : JsonSerializer.SerializeToUtf8Bytes(message, message.GetType(), JsonSerializerOptions.Web),
        type is null ? [] : [new("headrace-type", Encoding.UTF8.GetBytes(type))],
        key,
        topic,
        partition,
        offset);

    public static Record OfText(string value, string? type = null) =>
        OfBytes(Encoding.UTF8.GetBytes(value), type is null ? [] : [new("headrace-type", Encoding.UTF8.GetBytes(type))]);

    public static unsafe Record OfBytes(
        byte[]? value, IReadOnlyList<RecordHeader>? headers = null, string? key = "k", string topic = "orders", int partition = 3, long offset = 118)
    {
        var record = new Record();
        record.Place(topic, partition, offset, timestamp: 1_700_000_000_123, leaderEpoch: 0);
        var keyBytes = key is null ? null : Encoding.UTF8.GetBytes(key);
        var (pinnedKey, pinnedValue) = (Pin(keyBytes), Pin(value));
        Bytes.Add(record, [pinnedKey, pinnedValue]);
        record.Point(
            0,
            (byte*)Marshal.UnsafeAddrOfPinnedArrayElement(pinnedKey, 0),
            keyBytes?.Length ?? -1,
            (byte*)Marshal.UnsafeAddrOfPinnedArrayElement(pinnedValue, 0),
            value?.Length ?? -1,
            (_, _, into) => into.AddRange(headers ?? []));
        return record;
    }

    /// <summary>A record that was produced to one of our topics, as its group reads it.</summary>
    public static Record OfCopy(OutgoingRecord copy, long offset = 0)
    {
        var record = OfBytes(copy.Value?.ToArray(), copy.Headers, copy.Key.IsNone ? null : Encoding.UTF8.GetString(copy.Key.Bytes.Span), copy.Topic, copy.Partition!.Value, offset);
        record.IsCopy = true;
        return record;
    }

    private static byte[] Pin(byte[]? bytes)
    {
        var pinned = GC.AllocateArray<byte>(Math.Max(1, bytes?.Length ?? 0), pinned: true);
        bytes?.CopyTo(pinned, 0);
        return pinned;
    }
}
