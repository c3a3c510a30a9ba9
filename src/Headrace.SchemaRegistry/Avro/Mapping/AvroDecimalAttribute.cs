namespace Headrace;

/// <summary>How many digits a decimal has in Avro. Default: 29, of them 14 behind the point. A value that does not fit is refused when it is written, never rounded.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class AvroDecimalAttribute : Attribute
{
    /// <summary>Sets the digits.</summary>
    /// <param name="precision">All digits, 1 to 38.</param>
    /// <param name="scale">Those behind the point, 0 to 28.</param>
    public AvroDecimalAttribute(int precision, int scale)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(precision, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(precision, 38);
        ArgumentOutOfRangeException.ThrowIfNegative(scale);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(scale, Math.Min(precision, 28));
        (Precision, Scale) = (precision, scale);
    }

    /// <summary>All digits.</summary>
    public int Precision { get; }

    /// <summary>The digits behind the point.</summary>
    public int Scale { get; }
}
