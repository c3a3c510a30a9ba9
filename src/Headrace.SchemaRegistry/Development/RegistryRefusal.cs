namespace Headrace.Development;

/// <summary>A request that the registry answers with an error of Confluent's API.</summary>
internal sealed class RegistryRefusal(int code, string message) : Exception(message)
{
    /// <summary>The HTTP status, or the status and two digits that say more: 40401 is an unknown subject.</summary>
    public int Code => code;

    public int Status => code >= 10_000 ? code / 100 : code;

    public static RegistryRefusal NoSubject(string subject) => new(40401, $"Subject '{subject}' not found.");

    public static RegistryRefusal NoVersion(string version) => new(40402, $"Version {version} not found.");

    public static RegistryRefusal NoSchema(string what) => new(40403, $"Schema {what} not found.");

    public static RegistryRefusal NotValid(string why) => new(42201, $"Invalid schema: {why}");
}
