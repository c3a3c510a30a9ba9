namespace Headrace.Failures;

/// <summary>Whether a record is parked.</summary>
internal enum ParkVerdict
{
    /// <summary>Its key does not stand still.</summary>
    NotNeeded,

    /// <summary>It is to be written to the parking topic.</summary>
    Parked,

    /// <summary>As many are parked as may be.</summary>
    Full,
}
