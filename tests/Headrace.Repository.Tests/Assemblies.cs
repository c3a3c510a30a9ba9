namespace Headrace.Repository;

/// <summary>What this test program runs with: every project under src, and all that they refer to.</summary>
internal static class Assemblies
{
    /// <summary>The paths of the files.</summary>
    public static IReadOnlyList<string> All { get; } = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);
}
