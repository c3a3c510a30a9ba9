namespace Headrace.Avro;

/// <summary>The types of Avro. The primitive ones come first, in the specification's order.</summary>
internal enum AvroKind
{
    Null,
    Boolean,
    Int,
    Long,
    Float,
    Double,
    Bytes,
    String,
    Record,
    Enum,
    Array,
    Map,
    Union,
    Fixed,
}
