using System.Buffers.Binary;

namespace Headrace.Avro;

/// <summary>Decimals as two's complement, big end first, without their scale ("Decimal" of the specification's logical types).</summary>
internal static class AvroDecimal
{
    private const int MaxBytes = 16;
    private const int MaxScale = 28;

    // As many fit into Int128, whatever they are.
    private const int MaxDigits = 38;
    private static readonly UInt128[] Powers = ComputePowers();

    public static void Write(ref AvroWriter writer, decimal value, int precision, int scale)
    {
        Span<byte> bytes = stackalloc byte[MaxBytes];
        var unscaled = Unscaled(value, precision, scale);
        BinaryPrimitives.WriteInt128BigEndian(bytes, unscaled);
        // One bit is the sign's.
        var bits = (MaxBytes * 8) + 1 - (int)Int128.LeadingZeroCount(unscaled < 0 ? ~unscaled : unscaled);
        writer.WriteBytes(bytes[(MaxBytes - ((bits + 7) / 8))..]);
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
        var places = scale - value.Scale;
        if (places < 0)
        {
            (digits, var lost) = UInt128.DivRem(digits, Powers[-places]);
            if (lost != 0)
            {
                throw new MessageFormatException(
                    $"The decimal {value} has more than the {scale} digits behind the point that its schema allows. Round it, or give the schema a larger scale ([AvroDecimal(precision, scale)]).");
            }
        }
        else if (places > 0 && digits != 0)
        {
            digits = Fits(digits, places) ? digits * Powers[places] : UInt128.MaxValue;
        }

        return digits < Powers[Math.Min(precision, MaxDigits)] ? parts[3] < 0 ? -(Int128)digits : (Int128)digits : throw new MessageFormatException(
            $"The decimal {value} has more digits than its schema allows (precision {precision}, scale {scale}). Give the schema a larger precision ([AvroDecimal(precision, scale)]).");
    }

    // Usually it is seen without a division.
    private static bool Fits(UInt128 digits, int places) =>
        (places < 19 && digits >> 64 == 0) || (places <= MaxDigits && digits <= Powers[MaxDigits] / Powers[places]);

    private static UInt128[] ComputePowers()
    {
        var powers = new UInt128[MaxDigits + 1];
        powers[0] = 1;
        for (var digits = 1; digits <= MaxDigits; digits++)
        {
            powers[digits] = powers[digits - 1] * 10;
        }

        return powers;
    }
}
