namespace Headrace.Schemas.Testing;

/// <summary>Where another registry judges otherwise, with the sentence of the specification that decides (docs/schemas.md lists them).</summary>
internal static class KnownDifferences
{
    // JSON Schema 2020-12, Validation, 6.1.2: "An instance validates successfully against this keyword if its value is equal to one of the elements in this
    // keyword's array value." An enum of texts therefore allows nothing that type: string does not; there any other kind of schema is incompatible.
    public static bool Explain(string kind, IReadOnlyList<SchemaFault> ours, string theirs) => kind == "JSON" && ours.Count == 0 && theirs == "INCOMPATIBLE [SUBSCHEMA_TYPE_CHANGED]";
}
