namespace Headrace.Avro;

/// <summary>A field that the writer does not have: its default, made anew for each object unless it cannot change.</summary>
internal sealed class DefaultValue<T>
{
    private readonly byte[] _bytes;
    private readonly AvroDecoder<T> _decode;
    private readonly T? _shared;
    private readonly bool _isShared;

    public DefaultValue(byte[] bytes, AvroDecoder<T> decode)
    {
        (_bytes, _decode) = (bytes, decode);
        _isShared = default(T) is null && typeof(T) == typeof(string);
        _shared = _isShared ? Read() : default;
    }

    public T Make() => _isShared ? _shared! : Read();

    private T Read()
    {
        var reader = new AvroReader(_bytes);
        return _decode(ref reader);
    }
}
