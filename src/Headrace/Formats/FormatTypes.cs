using System.Reflection;
using System.Runtime.ExceptionServices;

namespace Headrace.Formats;

/// <summary>Readers and writers for types that are known only at startup.</summary>
internal static class FormatTypes
{
    /// <summary>What reads a record's value as an object; throws <see cref="MessageFormatException"/> whatever goes wrong, unless it is nobody's fault who wrote the bytes.</summary>
    public static Func<Record, object> CreateReader(IMessageFormat format, Type type) => (Func<Record, object>)Invoke(nameof(Reader), type, format);

    /// <summary>What writes an object of the type.</summary>
    public static MessageWriter<object> CreateWriter(IMessageFormat format, Type type, string topic) => (MessageWriter<object>)Invoke(nameof(Writer), type, format, topic);

    private static object Invoke(string method, Type type, params object[] arguments)
    {
        try
        {
            return typeof(FormatTypes).GetMethod(method, BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(type).Invoke(null, arguments)!;
        }
        catch (TargetInvocationException error) when (error.InnerException is { } cause)
        {
            ExceptionDispatchInfo.Throw(cause);
            throw;
        }
    }

    private static Func<Record, object> Reader<T>(IMessageFormat format)
    {
        var read = format.CreateReader<T>();
        return record =>
        {
            try
            {
                return read(record.Value, record) ?? throw new MessageFormatException(
                    $"The value is {format.ContentType} for null, which is no {typeof(T).Name}. To delete by key, produce a tombstone: a record without a value.");
            }
            catch (Exception error) when (error is not (MessageFormatException or FormatUnavailableException))
            {
                throw new MessageFormatException($"The value is not a {typeof(T).Name} as {format.ContentType}: {error.Message}", error);
            }
        };
    }

    private static MessageWriter<object> Writer<T>(IMessageFormat format, string topic)
    {
        var write = format.CreateWriter<T>(topic);
        return (message, value, headers) => write((T)message, value, headers);
    }
}
