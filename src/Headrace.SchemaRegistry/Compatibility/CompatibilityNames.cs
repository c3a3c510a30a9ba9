namespace Headrace.Compatibility;

/// <summary>The modes as the registry's API writes them: <c>BACKWARD_TRANSITIVE</c>.</summary>
internal static class CompatibilityNames
{
    public static string Of(SchemaCompatibility mode) => mode.ToString().Replace("Transitive", "_Transitive", StringComparison.Ordinal).ToUpperInvariant();

    public static SchemaCompatibility Parse(string text) => TryParse(text, out var mode) ? mode : throw new ArgumentException($"'{text}' is no compatibility mode.");

    public static bool TryParse(string text, out SchemaCompatibility mode) =>
        Enum.TryParse(text.Replace("_", "", StringComparison.Ordinal), ignoreCase: true, out mode) && Of(mode).Equals(text, StringComparison.OrdinalIgnoreCase);
}
