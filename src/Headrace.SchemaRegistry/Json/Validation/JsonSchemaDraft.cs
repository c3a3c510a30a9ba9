namespace Headrace;

/// <summary>The versions of JSON Schema that are understood.</summary>
public enum JsonSchemaDraft
{
    /// <summary>2020-12 (https://json-schema.org/draft/2020-12).</summary>
    Draft202012,

    /// <summary>Draft 7 (https://json-schema.org/draft-07).</summary>
    Draft7,
}
