using System.Reflection;

namespace Headrace.Handlers;

/// <summary>Makes the <see cref="RecordBatch{TMessage}"/> that a handler gets.</summary>
/// <param name="records">The records.</param>
/// <param name="messages">Their messages.</param>
/// <param name="failures">Where the handler's verdicts go, one place for each record.</param>
internal delegate object CreateBatch(IReadOnlyList<Record> records, IReadOnlyList<object> messages, Exception?[] failures);

/// <summary>Batches of types that are known only at startup.</summary>
internal static class BatchTypes
{
    /// <summary>The type of a batch's messages; <see langword="null"/> when the type is no batch.</summary>
    public static Type? MessageOf(Type type) =>
        type.IsConstructedGenericType && type.GetGenericTypeDefinition() == typeof(RecordBatch<>) ? type.GetGenericArguments()[0] : null;

    public static CreateBatch CreatorOf(Type message) =>
        typeof(RecordBatch<>).MakeGenericType(message).GetMethod(nameof(RecordBatch<object>.Create), BindingFlags.NonPublic | BindingFlags.Static)!.CreateDelegate<CreateBatch>();
}
