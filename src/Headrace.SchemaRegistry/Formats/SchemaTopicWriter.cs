using System.Buffers;
using Headrace.Kinds;

namespace Headrace.Formats;

/// <summary>What writes one type to one topic. Until the registry has said the id, every write asks for it and fails.</summary>
internal abstract class SchemaTopicWriter(string topic)
{
    public string Topic => topic;

    /// <summary>The schema of the type.</summary>
    public abstract ParsedSchema Own { get; }

    /// <summary>Asks the registry. Ends well, or in why not.</summary>
    public abstract Task LookAsync(SubjectLookUp subjects, CancellationToken cancellation);
}

/// <inheritdoc />
/// <param name="topic">The topic.</param>
/// <param name="own">The schema of the type.</param>
/// <param name="place">Where the id goes.</param>
/// <param name="encoding">How the type is written as a schema that its subject has.</param>
internal sealed class SchemaTopicWriter<T>(string topic, ParsedSchema own, SchemaIdPlace place, Func<ParsedSchema, SchemaEncoding<T>> encoding) : SchemaTopicWriter(topic)
{
    // Set once, when the registry has answered; read by every thread that writes.
    private volatile Known? _known;
    private volatile SubjectLookUp? _subjects;
    private Task _looking = Task.CompletedTask;
    private readonly Lock _gate = new();

    public override ParsedSchema Own => own;

    public override async Task LookAsync(SubjectLookUp subjects, CancellationToken cancellation)
    {
        _subjects = subjects;
        var (id, schema) = await subjects.FindAsync(subjects.SubjectOf(Topic, own), own, cancellation);
        var (suffix, encode) = encoding(schema);
        _known = new([.. ConfluentWire.IdOf(id), .. suffix], encode);
    }

    public void Write(T message, IBufferWriter<byte> value, RecordHeaders headers)
    {
        var known = _known ?? throw NotYet();
        if (place == SchemaIdPlace.Value)
        {
            value.Write(known.Prefix);
        }
        else
        {
            headers.Add(ConfluentWire.Header, known.Prefix);
        }

        known.Encode(message, value);
    }

    private FormatUnavailableException NotYet()
    {
        if (_subjects is not { } subjects)
        {
            return new($"A {typeof(T).Name} cannot be written to '{Topic}' yet: the application has not started. Produce when it has.");
        }

        lock (_gate)
        {
            var failure = _looking.Exception?.InnerException;
            if (_looking.IsCompleted)
            {
                _looking = LookAsync(subjects, CancellationToken.None);
            }

            return new($"A {typeof(T).Name} cannot be written to '{Topic}': the registry has not given its schema an id. {failure?.Message}", _looking, failure);
        }
    }

    private sealed record Known(byte[] Prefix, Action<T, IBufferWriter<byte>> Encode);
}
