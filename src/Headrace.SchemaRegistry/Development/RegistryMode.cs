namespace Headrace.Development;

/// <summary>What may be changed under a subject (https://docs.confluent.io/platform/current/schema-registry/develop/api.html#mode).</summary>
internal static class RegistryMode
{
    public const string ReadWrite = "READWRITE";
    public const string ReadOnly = "READONLY";
    public const string ReadOnlyOverride = "READONLY_OVERRIDE";
    public const string Import = "IMPORT";

    public static IReadOnlyList<string> All { get; } = [ReadWrite, ReadOnly, ReadOnlyOverride, Import];

    /// <summary>Why a mode takes no new schema; <see langword="null"/> when it does.</summary>
    /// <param name="subject">The subject.</param>
    /// <param name="mode">The mode in force for it.</param>
    /// <param name="imports">Whether the schema brings its id.</param>
    public static RegistryRefusal? Refuses(string subject, string mode, bool imports) => (mode, imports) switch
    {
        (ReadWrite, false) or (Import, true) => null,
        (ReadWrite, true) => new(42205, $"Subject '{subject}' is not in import mode"),
        _ => new(42205, $"Subject '{subject}' is in {mode} mode"),
    };
}
