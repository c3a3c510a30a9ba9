namespace Headrace.Repository;

/// <summary>Whether files that are made from code are to be written anew instead of compared.</summary>
internal static class Renewal
{
    public const string Command = "HEADRACE_UPDATE_API=1 ./test Headrace.Repository";

    public static bool IsWanted => Environment.GetEnvironmentVariable("HEADRACE_UPDATE_API") == "1";
}
