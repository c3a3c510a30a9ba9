namespace Headrace;

/// <summary>
/// What the bytes of a message are: JSON, a registry's format, or a team's own. Implement it to read and write another format.
/// Readers and writers are made once, at startup, and used by many threads at once.
/// </summary>
public interface IMessageFormat
{
    /// <summary>The media type of what is written, for example <c>application/json</c>.</summary>
    string ContentType { get; }

    /// <summary>Makes what reads messages of one type. An exception here is a startup fault.</summary>
    MessageReader<T> CreateReader<T>();

    /// <summary>Makes what writes messages of one type to one topic. An exception here is a startup fault.</summary>
    MessageWriter<T> CreateWriter<T>(string topic);

    /// <summary>
    /// The type's name on the wire when the format itself carries it, as a registry's id does; it goes before the headers.
    /// <see langword="null"/>, the default, leaves it to them.
    /// </summary>
    string? TypeNameOf(Record record) => null;

    /// <summary>
    /// Looks up elsewhere what the readers and writers need, and says what keeps the application from starting. Called once for every cluster that uses
    /// the format, when the host starts. The default does nothing.
    /// </summary>
    ValueTask StartAsync(FormatStart start, CancellationToken cancellation) => ValueTask.CompletedTask;
}
