namespace Headrace;

/// <summary>What has become of a subject's schema.</summary>
public enum SchemaChange
{
    /// <summary>It is as it was.</summary>
    Same,

    /// <summary>The subject is new.</summary>
    New,

    /// <summary>It has changed, and its mode has nothing against it.</summary>
    Compatible,

    /// <summary>It has changed, and its mode does not allow it.</summary>
    Incompatible,

    /// <summary>It is in use, and not among the schemas to come.</summary>
    Gone,
}
