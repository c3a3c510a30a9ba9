using System.Buffers.Binary;

namespace Headrace.Avro;

/// <summary>Decimals as two's complement, big end first, without their scale ("Decimal" of the specification's logical types).</summary>
internal static class AvroDecimal
{
    private const int MaxBytes = 16;
    private const int MaxScale = 28;

    public static void Write(ref AvroWriter writer, decimal value, int precision, int scale)
    {
        Span<byte> bytes = stackalloc byte[MaxBytes];
        BinaryPrimitives.WriteInt128BigEndian(bytes, Unscaled(value, precision, scale));
        var sign = (sbyte)bytes[0] < 0 ? (byte)0xFF : (byte)0;
        var start = 0;
        while (start < MaxBytes - 1 && bytes[start] == sign && ((bytes[start + 1] ^ sign) & 0x80) == 0)
        {
            start++;
        }

        writer.WriteBytes(bytes[start..]);
    }

    public static void WriteFixed(ref AvroWriter writer, decimal value, int precision, int scale, int size)
    {
        Span<byte> bytes = stackalloc byte[MaxBytes];
        BinaryPrimitives.WriteInt128BigEndian(bytes, Unscaled(value, precision, scale));
        if (size <= MaxBytes)
        {
            writer.WriteRaw(bytes[(MaxBytes - size)..]);
            return;
        }

        Span<byte> padding = stackalloc byte[1];
        padding[0] = value < 0 ? (byte)0xFF : (byte)0;
        for (var index = MaxBytes; index < size; index++)
        {
            writer.WriteRaw(padding);
        }

        writer.WriteRaw(bytes);
    }

    public static decimal Read(ref AvroReader reader, int scale) => Of(ref reader, reader.ReadSpan(), scale);

    public static decimal ReadFixed(ref AvroReader reader, int size, int scale) => Of(ref reader, reader.Take(size), scale);

    private static decimal Of(ref AvroReader reader, ReadOnlySpan<byte> bytes, int scale)
    {
        var sign = bytes.Length > 0 && (sbyte)bytes[0] < 0 ? (byte)0xFF : (byte)0;
        while (bytes.Length > MaxBytes && bytes[0] == sign && ((bytes[1] ^ sign) & 0x80) == 0)
        {
            bytes = bytes[1..];
        }

        if (bytes.Length > MaxBytes)
        {
            throw reader.Fault($"a decimal of {bytes.Length} bytes is beyond .NET's decimal");
        }

        var value = (Int128)(sign == 0 ? 0 : -1);
        foreach (var next in bytes)
        {
            value = (value << 8) | next;
        }

        return TryScale(value, scale, out var result) ? result : throw reader.Fault("a decimal has more digits than .NET's decimal");
    }

    // Zeros behind the last digit are dropped: the schema's scale says nothing about a value's own.
    private static bool TryScale(Int128 value, int scale, out decimal result)
    {
        var isNegative = value < 0;
        var digits = isNegative ? (UInt128)(-value) : (UInt128)value;
        foreach (var (factor, zeros) in (ReadOnlySpan<(ulong, int)>)[(100_000_000, 8), (10_000, 4), (100, 2), (10, 1)])
        {
            while (scale >= zeros && digits != 0 && digits % factor == 0)
            {
                (digits, scale) = (digits / factor, scale - zeros);
            }
        }

        if (digits == 0)
        {
            result = 0;
            return true;
        }

        var fits = digits >> 96 == 0 && scale <= MaxScale;
        result = fits ? new decimal((int)(uint)digits, (int)(uint)(digits >> 32), (int)(uint)(digits >> 64), isNegative, (byte)scale) : 0;
        return fits;
    }

    private static Int128 Unscaled(decimal value, int precision, int scale)
    {
        Span<int> parts = stackalloc int[4];
        decimal.GetBits(value, parts);
        var digits = ((UInt128)(uint)parts[2] << 64) | ((UInt128)(uint)parts[1] << 32) | (uint)parts[0];
        var own = (int)value.Scale;
        for (; own > scale; own--)
        {
            digits = digits % 10 == 0 ? digits / 10 : throw new MessageFormatException(
                $"The decimal {value} has more than the {scale} digits behind the point that its schema allows. Round it, or give the schema a larger scale ([AvroDecimal(precision, scale)]).");
        }

        for (; own < scale && digits <= UInt128.MaxValue / 20; own++)
        {
            digits *= 10;
        }

        return own == scale && digits < Power(precision) ? parts[3] < 0 ? -(Int128)digits : (Int128)digits : throw new MessageFormatException(
            $"The decimal {value} has more digits than its schema allows (precision {precision}, scale {scale}). Give the schema a larger precision ([AvroDecimal(precision, scale)]).");
    }

    // The largest that fits into Int128 has 38 digits.
    private static UInt128 Power(int digits)
    {
        UInt128 power = 1;
        for (var index = 0; index < Math.Min(digits, 38); index++)
        {
            power *= 10;
        }

        return power;
    }
}
