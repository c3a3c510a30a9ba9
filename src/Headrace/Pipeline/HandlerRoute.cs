using Headrace.Failures;
using Headrace.Handlers;

namespace Headrace.Pipeline;

/// <summary>The way to one handler, compiled at startup.</summary>
/// <param name="Read">Makes the message of a record; <see langword="null"/> where there is none.</param>
/// <param name="MessageType">The type that <paramref name="Read"/> was made for.</param>
/// <param name="Run">Filters, handler, and the produce of its result.</param>
/// <param name="Subject">What a failure is called, and what then happens.</param>
internal sealed record HandlerRoute(Func<Record, object>? Read, Type? MessageType, MessageDelegate Run, FailureSubject Subject)
{
    /// <summary>Makes of messages what <see cref="Run"/> takes; <see langword="null"/> where it takes them one by one.</summary>
    public CreateBatch? CreateBatch { get; init; }
}
