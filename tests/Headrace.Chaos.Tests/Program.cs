using Headrace.Chaos.Members;
using Xunit.Runner.InProc.SystemConsole;

namespace Headrace.Chaos;

internal static class Program
{
    /// <summary>The first argument with which this program is a member of the group instead of its tests.</summary>
    public const string MemberVerb = "member";

    public static async Task<int> Main(string[] args)
    {
        if (args is not [MemberVerb, var kafka, var topic, var group, var file])
        {
            return args.Contains("--server") || args.Contains("--internal-msbuild-node")
                ? await Xunit.MicrosoftTestingPlatform.TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions)
                : await ConsoleRunner.Run(args);
        }

        await Member.RunAsync(kafka, topic, group, file);
        return 0;
    }
}
