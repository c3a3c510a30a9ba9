using System.Text.Json;

namespace Headrace.Avro;

/// <summary>Reads the logical type of a schema. One that is unknown or not valid where it stands is ignored: the value is what it is underneath.</summary>
internal static class AvroLogicalTypes
{
    public static AvroSchema Apply(JsonElement json, AvroKind kind, int size, Func<AvroLogical, int, int, AvroSchema> make)
    {
        if (!json.TryGetProperty("logicalType", out var text) || text.ValueKind != JsonValueKind.String)
        {
            return make(AvroLogical.None, 0, 0);
        }

        var logical = AvroNames.Logical(text.GetString()!);
        if (logical == AvroLogical.Decimal)
        {
            var (precision, scale) = (Number(json, "precision"), Number(json, "scale"));
            return IsDecimal(kind, size, precision, scale) ? make(logical, precision, scale) : make(AvroLogical.None, 0, 0);
        }

        return make(IsValid(logical, kind, size) ? logical : AvroLogical.None, 0, 0);
    }

    /// <summary>The digits that always fit into so many bytes.</summary>
    private static double DigitsOf(int size) => Math.Floor(Math.Log10(2) * ((8.0 * size) - 1));

    private static bool IsDecimal(AvroKind kind, int size, int precision, int scale) =>
        precision > 0 && scale >= 0 && scale <= precision && (kind == AvroKind.Bytes || (kind == AvroKind.Fixed && precision <= DigitsOf(size)));

    private static bool IsValid(AvroLogical logical, AvroKind kind, int size) => logical switch
    {
        AvroLogical.Uuid => kind == AvroKind.String || (kind == AvroKind.Fixed && size == 16),
        AvroLogical.Date or AvroLogical.TimeMillis => kind == AvroKind.Int,
        AvroLogical.Duration => kind == AvroKind.Fixed && size == 12,
        AvroLogical.None => false,
        _ => kind == AvroKind.Long,
    };

    private static int Number(JsonElement json, string property) =>
        json.TryGetProperty(property, out var value) ? value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number : -1 : 0;
}
