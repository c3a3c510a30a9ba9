namespace Headrace.Avro;

/// <summary>Reads one value.</summary>
internal delegate T AvroDecoder<out T>(ref AvroReader reader);

/// <summary>Writes one value.</summary>
internal delegate void AvroEncoder<in T>(ref AvroWriter writer, T value);

/// <summary>Where a record's code is found once it is compiled: a record may hold itself.</summary>
internal sealed class Slot<TDelegate>
    where TDelegate : Delegate
{
    public TDelegate? Code;
}
