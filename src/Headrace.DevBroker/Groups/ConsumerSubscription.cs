using System.Buffers.Binary;
using System.Text;

namespace Headrace.Broker.Groups;

/// <summary>
/// The one look into members' metadata: which topics a group of the "consumer" type reads, so that their offsets are not deleted under it. All versions of the
/// subscription begin alike: an int16 version, then the topics. https://kafka.apache.org/protocol#protocol_messages (ConsumerProtocolSubscription)
/// </summary>
internal static class ConsumerSubscription
{
    public const string ProtocolType = "consumer";

    /// <summary>Null: not a consumer group, or not readable.</summary>
    public static IReadOnlySet<string>? TopicsOf(ClassicRoster roster, string? protocol)
    {
        if (roster.ProtocolType != ProtocolType)
        {
            return null;
        }

        var topics = new HashSet<string>();
        foreach (var member in roster.Members)
        {
            if (!TryRead(member.MetadataOf(protocol), topics))
            {
                return null;
            }
        }

        return topics;
    }

    private static bool TryRead(ReadOnlySpan<byte> metadata, HashSet<string> topics)
    {
        const int start = sizeof(short) + sizeof(int);
        if (metadata.Length < start)
        {
            return false;
        }

        var count = BinaryPrimitives.ReadInt32BigEndian(metadata[sizeof(short)..]);
        var rest = metadata[start..];
        for (; count > 0; count--)
        {
            if (!BinaryPrimitives.TryReadInt16BigEndian(rest, out var length) || length < 0 || rest.Length < sizeof(short) + length)
            {
                return false;
            }

            topics.Add(Encoding.UTF8.GetString(rest.Slice(sizeof(short), length)));
            rest = rest[(sizeof(short) + length)..];
        }

        return true;
    }
}
